"""The challenge of channels with video: a movement asked for, once, of one person or at one access point.

A flat picture cannot turn its head or close its eyes. The movement is drawn by the service, may be answered once
and within a short time, and only by whom it was asked of: an old recording answers nothing. Nobody is kept out by
it: who cannot do the movement is enrolled with staff, and enters by pass or card.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from access.domain.consent import Channel
from access.domain.errors import InvalidInput
from access.domain.reasons import Words
from access.domain.times import MINUTE, SECOND

MIN_FRAMES, MAX_FRAMES = 4, 12
"""Pictures of one answer, in the order in which they were taken."""
MAX_FRAME_BYTES = 512 * 1024
MAX_ANSWER_BYTES = 3 * 1024 * 1024
"""All frames of one answer."""
ENROL_LIFE = 2 * MINUTE
"""From asking to the frames' arrival: reading it aloud to somebody old, several seconds of film, a slow line."""
GATE_LIFE = 30 * SECOND


class Movement(StrEnum):
    """What is asked for; left and right are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    BLINK = "blink"


class ChallengeRule(StrEnum):
    """What a channel or an access point asks of somebody who shows their face."""

    NONE = "none"
    """Nothing: the passive check alone."""
    TURN = "turn"
    BLINK = "blink"
    EITHER = "either"
    """A turn or a blink, drawn at random."""

    def draw(self) -> Movement:
        """One movement by chance.

        Raises:
            ValueError: of `NONE`, which asks for nothing.
        """
        return secrets.choice(_MOVEMENTS[self])


_TURNS = (Movement.TURN_LEFT, Movement.TURN_RIGHT)
_MOVEMENTS: dict[ChallengeRule, tuple[Movement, ...]] = {
    ChallengeRule.TURN: _TURNS,
    ChallengeRule.BLINK: (Movement.BLINK,),
    ChallengeRule.EITHER: (*_TURNS, Movement.BLINK),
}

DEFAULT_RULES: dict[Channel, ChallengeRule] = {
    Channel.PAGE: ChallengeRule.TURN,
    Channel.MINI_PROGRAM: ChallengeRule.TURN,
}
"""Channels with video, and what each asks for where staff have not chosen. The others take single pictures.

A turn, to a side drawn by chance: unlike the blink it was measured on pictures of people who really made it
(docs/biometrics/attacks.md)."""

ASKING: dict[Movement, Words] = {
    Movement.TURN_LEFT: Words("请慢慢向左转头", "Please turn your head slowly to your left"),
    Movement.TURN_RIGHT: Words("请慢慢向右转头", "Please turn your head slowly to your right"),
    Movement.BLINK: Words(
        "请慢慢眨眼：闭上，数一下，再睁开", "Please blink slowly: close your eyes, count one, open them"
    ),
}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One asking.

    Attributes:
        subject: of whom or where it was asked, by `of_person` or `at_gate`; each has one open challenge at most.
        id: sent back with the frames.
        used_by: the enrolment or presentation that answered; None while nobody has.
    """

    subject: str
    id: str
    estate_id: str
    movement: Movement
    issued_at: int
    expires_at: int
    used_by: str | None = None


def of_person(person_id: str, estate_id: str) -> str:
    """Subject of an enrolment's challenge."""
    return f"person:{person_id}:{estate_id}"


def at_gate(gate_id: str, access_point_id: str) -> str:
    """Subject of a challenge at an access point."""
    return f"gate:{gate_id}:{access_point_id}"


def check_frames(frames: Sequence[bytes]) -> None:
    """Number and sizes.

    Raises:
        InvalidInput: ``challenge.frames``, ``challenge.size``.
    """
    if not MIN_FRAMES <= len(frames) <= MAX_FRAMES:
        raise InvalidInput("challenge.frames", f"send {MIN_FRAMES} to {MAX_FRAMES} pictures", field="frames")
    if any(not 0 < len(frame) <= MAX_FRAME_BYTES for frame in frames) or sum(map(len, frames)) > MAX_ANSWER_BYTES:
        raise InvalidInput("challenge.size", "the pictures are too large, or one is empty", field="frames")
