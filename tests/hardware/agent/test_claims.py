"""A refused card or pass goes along with the face that is shown soon after, at the same access point alone."""

from __future__ import annotations

from pathlib import Path

from access.domain.places import Method
from access.domain.reasons import Reason
from hardware import wire
from hardware.agent.claims import CLAIM_SECONDS, Claims
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator

CARD = "04A1B2C3"


class Seconds:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_refused_credential_is_kept_for_fifteen_seconds() -> None:
    seconds = Seconds()
    claims = Claims(seconds)
    claims.note("south", CARD, granted=False)
    seconds.now += CLAIM_SECONDS
    assert claims.recent("south") == CARD
    assert claims.recent("north") == ""
    seconds.now += 0.1
    assert claims.recent("south") == ""


def test_a_grant_ends_the_matter() -> None:
    claims = Claims(Seconds())
    claims.note("south", CARD, granted=False)
    claims.note("south", "G2:ABC", granted=True)
    assert claims.recent("south") == ""


def test_the_newest_credential_is_the_claim_and_a_face_is_none() -> None:
    claims = Claims(Seconds())
    claims.note("south", CARD, granted=False)
    claims.note("south", "04FFFFFF", granted=False)
    claims.note("south", "", granted=False)
    assert claims.recent("south") == "04FFFFFF"


def test_the_face_after_a_refused_card_carries_it_once(simulator: ServerSimulator, tmp_path: Path) -> None:
    simulator.decide = _opens_to_a_face_with_a_claim
    with Gate(simulator, tmp_path) as gate:
        assert gate.agent.present(gate.point, Method.FACE, frames=[b"\xff\xd8"]).reason is Reason.FACE_CLAIM
        assert gate.agent.present(gate.point, Method.CARD, CARD).reason is Reason.METHOD_OFF
        assert gate.agent.present(gate.point, Method.FACE, frames=[b"\xff\xd8"]).fired
        assert gate.agent.present(gate.point, Method.FACE, frames=[b"\xff\xd8"]).reason is Reason.FACE_CLAIM
    assert [(shown.method, shown.payload) for shown in simulator.books.presented] == [
        ("face", ""),
        ("card", CARD),
        ("face", CARD),
        ("face", ""),
    ]


def _opens_to_a_face_with_a_claim(shown: wire.Presentation) -> Reason | None:
    if shown.method != "face":
        return Reason.METHOD_OFF
    return None if shown.payload else Reason.FACE_CLAIM
