"""The story at a gate: claim, link, hold something up, relay, door, events."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.domain.places import Method
from access.domain.reasons import Reason
from hardware.agent import server
from hardware.agent.server import Refused
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import CODE, ServerSimulator


def test_granted_card_fires_the_relay_on_the_pushed_command(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        outcome = gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
        assert (outcome.granted, outcome.fired, outcome.offline) == (True, True, False)
        assert len(gate.terminal.relay.fired) == 1
        simulator.wait(lambda: [ack.state for ack in simulator.books.acks] == ["done"])
    assert simulator.books.presented[0].payload == "04A1B2C3"


def test_an_answer_alone_never_opens(simulator: ServerSimulator, tmp_path: Path) -> None:
    simulator.push_grants = False
    with Gate(simulator, tmp_path, quick_seconds=0.3) as gate:
        outcome = gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
        assert not outcome.granted
        assert gate.terminal.relay.fired == []


def test_denied_says_why_in_both_languages(simulator: ServerSimulator, tmp_path: Path) -> None:
    simulator.decide = lambda _: Reason.USED
    with Gate(simulator, tmp_path) as gate:
        outcome = gate.agent.present(gate.point, Method.QR, "G1:ABC")
        assert (outcome.granted, outcome.reason) == (False, Reason.USED)
        assert "用过" in outcome.words.zh
        assert gate.terminal.screen.display.phase == "denied"
        assert gate.terminal.relay.fired == []


def test_face_frames_reach_the_server_whole(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        outcome = gate.agent.present(gate.point, Method.FACE, frames=[b"\xff\xd8 one", b"\xff\xd8 two"])
        assert outcome.fired
    assert len(simulator.books.presented[0].frames) == 2


def test_door_reports_are_uploaded_with_the_opening_they_followed(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    with Gate(simulator, tmp_path) as gate:
        outcome = gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
        gate.terminal.contact.set(True)
        gate.terminal.contact.set(False)
        simulator.wait(lambda: len(simulator.books.events.get(1, [])) == 3)
    kinds = [(event.kind, event.body.get("open")) for event in simulator.books.events[1]]
    assert kinds == [("started", None), ("door", True), ("door", False)]
    assert simulator.books.events[1][1].body["event"] == outcome.event


def test_a_used_claim_code_is_refused(simulator: ServerSimulator, tmp_path: Path) -> None:
    server.claim(simulator.url, tmp_path / "first", CODE)
    with pytest.raises(Refused) as refused:
        server.claim(simulator.url, tmp_path / "second", CODE)
    assert refused.value.code == "gate.code"


def test_a_wrong_machine_clock_is_set_right_for_signing(simulator: ServerSimulator, tmp_path: Path) -> None:
    simulator.books.clock_ahead = 400 * 24 * 3_600_000
    with Gate(simulator, tmp_path) as gate:
        assert gate.agent.present(gate.point, Method.CARD, "04A1B2C3").fired
