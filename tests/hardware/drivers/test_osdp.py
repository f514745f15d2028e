"""Our OSDP driver against libosdp's own reader (PD), over a pseudo terminal that can be corrupted and unplugged."""

from __future__ import annotations

import os
import queue
import tty
from collections.abc import Iterator
from pathlib import Path

import osdp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import InvalidInput
from hardware.drivers.osdp.cards import ASCII, RAW, WIEGAND, Keypad, number_of
from hardware.drivers.osdp.reader import OsdpPanel, read_key
from hardware.drivers.ports import CardRead, DriverError

_KEY = bytes(range(16))


class _PtyChannel(osdp.Channel):  # type: ignore[misc]
    """The reader's end of the line."""

    def __init__(self, master: int) -> None:
        super().__init__()
        self._master = master
        self.cut = False
        self.corrupt = 0

    def read(self, max_bytes: int) -> bytes:
        try:
            raw = os.read(self._master, max_bytes)
        except BlockingIOError:
            return b""
        return b"" if self.cut else raw

    def write(self, buf: bytes) -> int:
        raw = bytearray(buf)
        if self.corrupt:
            self.corrupt -= 1
            raw[len(raw) // 2] ^= 0x5A
        if not self.cut:
            os.write(self._master, bytes(raw))
        return len(buf)

    def flush(self) -> None:
        """Nothing is held back."""


class _Reader:
    """A libosdp peripheral device and our panel on the two ends of a line."""

    def __init__(self) -> None:
        master, slave = os.openpty()
        for end in (master, slave):
            tty.setraw(end)
        os.set_blocking(master, False)
        self.channel = _PtyChannel(master)
        self.commands: queue.SimpleQueue[dict[str, int]] = queue.SimpleQueue()
        self.pd = osdp.PeripheralDevice(
            osdp.PDInfo(0, self.channel, scbk=_KEY),
            osdp.PDCapabilities(
                [
                    (osdp.Capability.OutputControl, 1, 1),
                    (osdp.Capability.CardDataFormat, 1, 1),
                    (osdp.Capability.CommunicationSecurity, 1, 1),
                ]
            ),
            log_level=osdp.LogLevel.Critical,
            command_handler=self._command,
        )
        self.pd.start()
        self.panel = OsdpPanel(os.ttyname(slave), 0, _KEY, 9600)
        self.cards: queue.SimpleQueue[CardRead] = queue.SimpleQueue()
        self.panel.on_card(self.cards.put)

    def hold_card(self, data: bytes, bits: int, kind: int = osdp.CardFormat.Wiegand) -> CardRead:
        event = {"event": osdp.Event.CardRead, "reader_no": 0, "direction": 0, "format": kind}
        self.pd.submit_event(event | {"length": bits, "data": data})
        return self.cards.get(timeout=10)

    def type(self, keys: bytes) -> None:
        self.pd.submit_event({"event": osdp.Event.KeyPress, "reader_no": 0, "data": keys})

    def close(self) -> None:
        self.panel.close()
        self.pd.teardown()

    def _command(self, command: dict[str, int]) -> tuple[int, None]:
        self.commands.put(command)
        return 0, None


@pytest.fixture(scope="module")
def reader() -> Iterator[_Reader]:
    made = _Reader()
    assert made.panel.wait_secure(20)
    yield made
    made.close()


def _wiegand26(facility: int, number: int) -> bytes:
    data = f"{facility:08b}{number:016b}"
    even = str(data[:12].count("1") % 2)
    odd = str(1 - data[12:].count("1") % 2)
    return int((even + data + odd).ljust(32, "0"), 2).to_bytes(4, "big")


def test_a_card_and_keys_come_through_the_secure_channel(reader: _Reader) -> None:
    assert reader.hold_card(_wiegand26(123, 45678), 26) == CardRead("7BB26E")
    reader.type(b"91")
    reader.type(b"1")
    assert reader.hold_card(_wiegand26(1, 2), 26) == CardRead("010002", "911")
    assert reader.hold_card(_wiegand26(1, 2), 26).keys == ""


def test_the_relay_fires_when_the_reader_took_the_command(reader: _Reader) -> None:
    reader.panel.output(5, 3_000)
    command = reader.commands.get(timeout=10)
    assert (command["output_no"], command["control_code"], command["timer_count"]) == (0, 5, 30)


def test_after_a_cut_and_a_corrupted_line_the_watchdog_brings_it_back(reader: _Reader) -> None:
    reader.channel.cut = True
    with pytest.raises(DriverError):
        reader.panel.output(5, 1_000)
    reader.channel.cut = False
    reader.channel.corrupt = 2
    assert reader.panel.wait_restarted(60)
    assert reader.panel.wait_secure(60)
    assert reader.hold_card(_wiegand26(9, 9), 26) == CardRead("090009")


def test_a_wrong_key_never_gets_a_secure_channel(tmp_path: Path) -> None:
    key = tmp_path / "scbk"
    key.write_text("00" * 16, encoding="ascii")
    key.chmod(0o644)
    with pytest.raises(DriverError, match="chmod"):
        read_key(key)
    key.chmod(0o600)
    assert read_key(key) == bytes(16)
    key.write_text("00" * 15, encoding="ascii")
    with pytest.raises(DriverError, match="32 hexadecimal"):
        read_key(key)


@given(kind=st.sampled_from([RAW, WIEGAND, ASCII, 7]), length=st.integers(0, 600), data=st.binary(max_size=80))
def test_no_card_event_breaks_the_driver(kind: int, length: int, data: bytes) -> None:
    try:
        number = number_of(kind, length, data)
    except InvalidInput:
        return
    assert 4 <= len(number) <= 20


def test_a_keypad_forgets_what_was_cleared() -> None:
    keypad = Keypad()
    keypad.press(b"12\x7f34\x0d")
    assert keypad.take() == "34"
    assert keypad.take() == ""
