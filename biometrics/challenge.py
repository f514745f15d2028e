"""Active attack detection: did the person do, over a few frames, what the screen asked for?

A flat picture can be waved about but cannot turn its head in depth or close its eyes between two frames that
show the same pose. A replayed video can; so the kind is drawn at random, and this remains one signal of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from biometrics.landmarks import Mesh

TURN_DEGREES = 18.0
"""Least change of yaw between the straight frame and the turned one."""
STRAIGHT_DEGREES = 12.0
"""Largest yaw of the frame that counts as straight."""
BLINK_RATIO = 0.6
"""An eye is closed when its openness falls below this share of the widest in the sequence."""
OPEN_EYES = 0.18
"""Least eye aspect ratio that counts as open."""
MIN_FRAMES, MAX_FRAMES = 3, 20


class Challenge(StrEnum):
    """What the screen asks for; left and right as the person sees them in a mirror."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    BLINK = "blink"


def met(kind: Challenge, meshes: Sequence[Mesh]) -> bool:
    """True when the frames, in order, show what was asked. Fewer than three frames never do."""
    if len(meshes) < MIN_FRAMES:
        return False
    if kind is Challenge.BLINK:
        return _blinked([mesh.eye_openness() for mesh in meshes])
    sign = -1.0 if kind is Challenge.TURN_LEFT else 1.0
    return _turned([sign * mesh.angles()[0] for mesh in meshes])


def _turned(yaws: Sequence[float]) -> bool:
    """A straight frame, later one turned the asked way."""
    straight = next((n for n, yaw in enumerate(yaws) if abs(yaw) <= STRAIGHT_DEGREES), None)
    return straight is not None and max(yaws[straight:]) - yaws[straight] >= TURN_DEGREES


def _blinked(openness: Sequence[float]) -> bool:
    """Open, closed, open again."""
    widest = max(openness)
    closed = [n for n, value in enumerate(openness) if value < BLINK_RATIO * widest]
    if widest < OPEN_EYES or not closed:
        return False
    return any(value >= OPEN_EYES for value in openness[: closed[0]]) and any(
        value >= OPEN_EYES for value in openness[closed[-1] + 1 :]
    )
