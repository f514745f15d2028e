"""Judge the film of a face at an access point that asks for a movement, before anybody's face is compared."""

from __future__ import annotations

from access.domain.challenges import ChallengeRule, at_gate, check_frames
from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import QualityReason, Rejected
from access.domain.gates import Gate
from access.domain.places import AccessPoint
from access.domain.reasons import Reason
from access.services.house import House

_MOST_COMPARED = 5
_NOT_SHOWN = frozenset({QualityReason.NOT_TURNED, QualityReason.NOT_BLINKED, QualityReason.INCONSISTENT})


def frames_to_compare(
    house: House,
    gate: Gate,
    point: AccessPoint,
    event_id: str,
    challenge_id: str,
    frames: tuple[bytes, ...],
    at: int,
) -> tuple[bytes, ...] | Reason:
    """The frames that look straight into the camera, or why no face is compared. Slow: never inside a transaction.

    The challenge is spent before the film is looked at, so a film that failed answers nothing a second time; the
    same presentation sent again is the same answer.
    """
    if point.challenge is ChallengeRule.NONE:
        return frames[:_MOST_COMPARED]
    try:
        check_frames(frames)
    except InvalidInput:
        return Reason.FACE_CHALLENGE
    with house.db.transaction() as stores:
        movement = stores.challenges.take(at_gate(gate.id, point.id), challenge_id, event_id, at)
    if movement is None:
        return Reason.FACE_LATE
    try:
        found = house.faces.challenge(movement, frames)
    except ExternalSystemError as exc:
        return Reason.FAULT if exc.permanent else Reason.BUSY
    if isinstance(found, Rejected):
        return Reason.FACE_CHALLENGE if found.reason in _NOT_SHOWN else Reason.FACE_QUALITY
    return tuple(frames[place] for place in found.best)
