"""The duress code over a Wiegand and an OSDP keypad: the door opens as always, and the alarm goes to the log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from access.domain.duress import duress_token
from access.domain.places import Method
from hardware.agent.hands import Hands
from hardware.drivers.ports import CardReader
from hardware.drivers.wiegand.reader import WiegandReader
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator
from tests.hardware.drivers.osdp_line import WiredReader, wiegand26

CARD, CODE = "7BB26E", "4711"


@pytest.fixture
def gate(simulator: ServerSimulator, estate: Estate, tmp_path: Path) -> Iterator[Gate]:
    """A gate without its network, whose estate has a duress code."""
    rows = simulator.books.access_points
    token = duress_token(estate.card_key, CODE)
    rows[:] = [msgspec.structs.replace(row, duress=token) for row in rows]
    estate.add_card(CARD)
    estate.publish()
    with Gate(simulator, tmp_path) as running:
        running.wait_lists()
        running.go_offline()
        yield running


class _Wiegand:
    """Keypad and card on two lines."""

    def __init__(self, pins: MockFactory) -> None:
        self._pins = pins
        self.reader = WiegandReader(5, 6)

    def press(self, key: str) -> None:
        self._send([int(bit) for bit in f"{int(key):04b}"])

    def hold_card(self) -> None:
        data = wiegand26(123, 45678)
        self._send([data[n // 8] >> (7 - n % 8) & 1 for n in range(26)])

    def _send(self, bits: list[int]) -> None:
        for bit in bits:
            line = self._pins.pin(6 if bit else 5)
            line.drive_low()
            line.drive_high()


@pytest.fixture
def wiegand() -> Iterator[_Wiegand]:
    before, factory = Device.pin_factory, MockFactory()
    Device.pin_factory = factory
    yield _Wiegand(factory)
    factory.close()
    Device.pin_factory = before


def _play(gate: Gate, reader: CardReader, press: Callable[[str], None], hold_card: Callable[[], None]) -> None:
    """Type the code key by key, then the card; each key is awaited before the next."""
    keypad = gate.agent.keypad(gate.point)
    heard: list[str] = []
    outcomes = _Outcomes(gate)
    hands = Hands("1", outcomes.present, keypad)
    hands.start()
    told = _Told()
    reader.on_keys(lambda keys: (heard.append(keys), told.tell()))  # type: ignore[func-returns-value]
    hands.listen([reader])
    for n, key in enumerate(CODE, 1):
        press(key)
        assert told.wait(n)
    hold_card()
    assert outcomes.told.wait(1)
    hands.stop()
    assert "".join(heard) == CODE
    assert outcomes.fired == [True]
    batch = gate.agent.events.next_batch()
    assert batch is not None
    alarms = [event.body for event in batch.events if event.kind == "tamper"]
    assert alarms == [{"ap": gate.point, "active": True, "what": "duress"}]


class _Told:
    """Counts, and wakes who waits for a count."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def tell(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._count >= count, 20)


class _Outcomes:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.fired: list[bool] = []
        self.told = _Told()

    def present(self, method: Method, payload: str, frames: object) -> None:
        self.fired.append(self._gate.agent.present(self._gate.point, method, payload).fired)
        self.told.tell()


def test_over_a_wiegand_keypad(gate: Gate, wiegand: _Wiegand) -> None:
    _play(gate, wiegand.reader, wiegand.press, wiegand.hold_card)


def test_over_an_osdp_keypad(gate: Gate) -> None:
    line = WiredReader()
    assert line.panel.wait_secure(20)
    _play(gate, line.panel, lambda key: line.type(key.encode()), lambda: line.show_card(wiegand26(123, 45678), 26))
    line.close()


def test_without_a_code_no_digits_alarm(gate: Gate, simulator: ServerSimulator) -> None:
    door = gate.agent.doors[gate.point]
    door.update(msgspec.structs.replace(door.row, duress=""))
    keypad = gate.agent.keypad(gate.point)
    keypad.press(CODE)
    keypad.shown()
    batch = gate.agent.events.next_batch()
    assert batch is None or all(event.kind != "tamper" for event in batch.events)
