"""Active attack detection: does a film show one head make the movement that was asked for?

A flat picture that is waved, tilted or bent before the camera moves all its points as a plane does, and its eyes
do not close by themselves. So a turn must show depth besides an angle, and a blink must leave the head where it is.
A replayed film of the same movement passes; so the movement is drawn at random, and this remains one signal of two.
What it catches and what it does not is measured in docs/biometrics/attacks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from access.domain.challenges import Movement
from biometrics.landmarks import Mesh

TURN_DEGREES = 18.0
"""Least change of yaw between the straight frame and the turned one."""
FARTHEST_DEGREES = 45.0
"""Beyond it the landmarks of the turned frame are guesses, and its face cannot be compared."""
STRAIGHT_DEGREES = 12.0
"""Largest yaw of a frame that counts as straight."""
DEPTH = 0.05
"""Least misfit of the turned points to any flat view of the straight ones, in eye distances; chosen on pictures of
60 people, see docs/biometrics/attacks.md."""
STEADY_DEGREES = 15.0
"""How far the head may move, in yaw and pitch, while it blinks."""
LEAST_SEEN = 4
"""Frames with a face that a film needs."""
COMPARED = 3
"""Most frames of a film that are compared."""

_BOTH = 2
_RIGID = (33, 133, 263, 362, 168, 6, 197, 4, 1, 234, 454, 127, 356, 10, 151, 9, 2)
"""Points that speech and smiles leave alone: eye corners, bridge and tip of the nose, cheeks, temples, forehead."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What one frame tells: landmarks of the largest face, and how many of its eyes are open."""

    mesh: Mesh
    open_eyes: int


@dataclass(frozen=True, slots=True)
class Film:
    """Frames that tell the movement.

    Attributes:
        best: positions of frames that look straight with open eyes, the best first, at most `COMPARED`.
        end: position of the frame where the movement is at its end; its face must be the same person's.
    """

    best: tuple[int, ...]
    end: int


def judge(movement: Movement, glances: Sequence[Glance]) -> Film | None:
    """What the frames, in order, show of the movement; None when they do not show it."""
    if len(glances) < LEAST_SEEN:
        return None
    if movement is Movement.BLINK:
        return _blink(glances)
    # the person's own left is the picture's right
    return _turn(glances, 1.0 if movement is Movement.TURN_LEFT else -1.0)


def depth(straight: Mesh, turned: Mesh) -> float:
    """How far the turned points are from every flat view of the straight ones: RMS in eye distances.

    A homography takes the points of a plane exactly to any other view of it; those of a head that has turned it
    cannot, for the nose comes out of the plane.
    """
    before, after = (mesh.points[list(_RIGID), :2].astype(np.float64) for mesh in (straight, turned))
    flat = cv2.findHomography(before, after, 0)[0]
    misfit = cv2.perspectiveTransform(before[np.newaxis], flat)[0] - after
    return float(np.sqrt((misfit**2).sum(axis=1).mean())) / max(turned.eye_distance(), 1e-6)


def _turn(glances: Sequence[Glance], sign: float) -> Film | None:
    """A straight frame, later one turned the asked way, with depth between them."""
    yaws = [_yaw(one) for one in glances]
    straight = next((n for n, yaw in enumerate(yaws) if abs(yaw) <= STRAIGHT_DEGREES), None)
    if straight is None:
        return None
    turned = [n for n in range(straight + 1, len(yaws)) if sign * (yaws[n] - yaws[straight]) >= TURN_DEGREES]
    near = [n for n in turned if abs(yaws[n]) <= FARTHEST_DEGREES]
    if not near:
        return None
    end = max(near, key=lambda n: abs(yaws[n]))
    if depth(glances[straight].mesh, glances[end].mesh) < DEPTH:
        return None
    return Film(_best(glances), end)


def _blink(glances: Sequence[Glance]) -> Film | None:
    """Both eyes open, both closed, both open again, while the head stays as it was."""
    closed = [n for n, one in enumerate(glances) if one.open_eyes == 0]
    if not closed:
        return None
    before = [n for n in range(closed[0]) if glances[n].open_eyes == _BOTH]
    after = [n for n in range(closed[-1] + 1, len(glances)) if glances[n].open_eyes == _BOTH]
    if not before or not after or not _steady([glances[n] for n in (before[-1], *closed, after[0])]):
        return None
    best = _best(glances)
    return Film(best, closed[len(closed) // 2]) if best else None


def _steady(glances: Sequence[Glance]) -> bool:
    yaws, pitches = zip(*(one.mesh.angles()[:2] for one in glances), strict=True)
    return bool(max(max(yaws) - min(yaws), max(pitches) - min(pitches)) <= STEADY_DEGREES)


def _best(glances: Sequence[Glance]) -> tuple[int, ...]:
    """Straight frames, those with open eyes where there are any, the straightest first."""
    straight = [n for n, one in enumerate(glances) if abs(_yaw(one)) <= STRAIGHT_DEGREES]
    seeing = [n for n in straight if glances[n].open_eyes == _BOTH]
    return tuple(sorted(seeing or straight, key=lambda n: abs(_yaw(glances[n])))[:COMPARED])


def _yaw(glance: Glance) -> float:
    return glance.mesh.angles()[0]
