"""The bridge to a broker, with the broker's part played by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable

from access.services.house import House
from adapters.gatelink.outbox import OutboxLink
from hardware.server.broker import BrokerBridge
from hardware.server.link import Link
from tests.estate import Place, TestHouse
from tests.gates import claim_device

WAIT_SECONDS = 20


class SlowTransport:
    """Holds the first event back until it is let go."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def listen(
        self, on_state: Callable[[str, bool], None], on_request: Callable[[str, bytes, bytes], None]
    ) -> None:
        self.on_state, self.on_request = on_state, on_request

    def answer(self, gate_id: str, correlation: bytes, sealed: bytes, life_ms: int) -> None:
        self.log.append(f"answer to {gate_id}")

    def publish(self, gate_id: str, name: str, data: bytes, life_ms: int | None) -> None:
        self.begun.set()
        assert self.go_on.wait(WAIT_SECONDS)
        self.log.append(name)

    def flush(self) -> None:
        self.log.append("flush")

    def close(self) -> None:
        self.log.append("closed")
        self.go_on.set()


def bridge_to(house: House) -> tuple[BrokerBridge, SlowTransport]:
    transport = SlowTransport()
    bridge = BrokerBridge(Link(house, OutboxLink(house.db)), transport)
    bridge.start()
    return bridge, transport


def test_the_end_waits_for_the_talk_of_a_gate_that_has_just_left(wired: TestHouse, place: Place) -> None:
    gate = claim_device(wired.house, place.estate.id, place.gate.id, online=False).gate
    bridge, transport = bridge_to(wired.house)
    transport.on_state(gate.id, True)
    assert transport.begun.wait(WAIT_SECONDS)
    transport.on_state(gate.id, False)
    threading.Timer(0.2, transport.go_on.set).start()
    bridge.stop()
    assert transport.log[-1] == "closed"
    assert "time" in transport.log


def test_what_was_said_to_one_gate_does_not_wait_for_another_that_comes(wired: TestHouse, place: Place) -> None:
    """That a gate came is written to the database, which may take its time; an open has few seconds to live."""
    one, other = (claim_device(wired.house, place.estate.id, place.gate.id, online=False).gate for _ in range(2))
    bridge, transport = bridge_to(wired.house)
    transport.on_state(one.id, True)
    assert transport.begun.wait(WAIT_SECONDS)
    transport.log.clear()
    transport.on_state(other.id, True)
    transport.go_on.set()
    bridge.stop()
    assert transport.log[:4] == ["time", "keys", "flush", "time"]


def test_a_gate_that_comes_while_the_bridge_ends_is_not_talked_to(wired: TestHouse, place: Place) -> None:
    gate = claim_device(wired.house, place.estate.id, place.gate.id, online=False).gate
    bridge, transport = bridge_to(wired.house)
    bridge.stop()
    transport.on_state(gate.id, True)
    assert not transport.begun.is_set()
    assert set(transport.log) <= {"flush", "closed"}
