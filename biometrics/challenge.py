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
from biometrics.nets import Tensor

TURN_DEGREES = 18.0
"""Least change of yaw between the straight frame and the turned one."""
FARTHEST_DEGREES = 45.0
"""Beyond it the landmarks of the turned frame are guesses, and its face cannot be compared."""
STRAIGHT_DEGREES = 12.0
"""Largest yaw of a frame that counts as straight."""
DEPTH = 0.05
"""Least misfit of the turned points to any flat view of the straight ones, in eye distances (measured: 95 % of real
turns lie above 0.08, half of the pictures tilted by 60 degrees below 0.09)."""
BLINK_RATIO = 0.6
"""An eye is closed when its openness falls below this share of the widest in the film."""
OPEN_EYES = 0.18
"""Least eye aspect ratio that counts as open."""
STEADY_DEGREES = 15.0
"""How far the head may move, in yaw and pitch, while it blinks."""
LEAST_SEEN = 4
"""Frames with a face that a film needs."""
COMPARED = 3
"""Most frames of a film that are compared."""

_RIGID = (33, 133, 263, 362, 168, 6, 197, 4, 1, 234, 454, 127, 356, 10, 151, 9, 2)
"""Points that speech and smiles leave alone: eye corners, bridge and tip of the nose, cheeks, temples, forehead."""
_CHEEKS, _HEIGHT = (234, 454), (10, 152)


@dataclass(frozen=True, slots=True)
class Film:
    """Frames that tell the movement.

    Attributes:
        best: positions of frames that look straight with open eyes, the best first, at most `COMPARED`.
        end: position of the frame where the movement is at its end; its face must be the same person's.
    """

    best: tuple[int, ...]
    end: int


def judge(movement: Movement, meshes: Sequence[Mesh]) -> Film | None:
    """What the frames, in order, show of the movement; None when they do not show it."""
    if len(meshes) < LEAST_SEEN:
        return None
    if movement is Movement.BLINK:
        return _blink(meshes)
    # the person's own left is the picture's right
    return _turn(meshes, 1.0 if movement is Movement.TURN_LEFT else -1.0)


def depth(straight: Mesh, turned: Mesh) -> float:
    """How far the turned points are from every flat view of the straight ones: RMS in eye distances.

    A homography takes the points of a plane exactly to any other view of it; those of a head that has turned it
    cannot, for the nose comes out of the plane.
    """
    before, after = (mesh.points[list(_RIGID), :2].astype(np.float64) for mesh in (straight, turned))
    flat = cv2.findHomography(before, after, 0)[0]
    misfit = cv2.perspectiveTransform(before[np.newaxis], flat)[0] - after
    return float(np.sqrt((misfit**2).sum(axis=1).mean())) / max(turned.eye_distance(), 1e-6)


def _turn(meshes: Sequence[Mesh], sign: float) -> Film | None:
    """A straight frame, later one turned the asked way, with depth between them."""
    yaws = [mesh.angles()[0] for mesh in meshes]
    straight = next((n for n, yaw in enumerate(yaws) if abs(yaw) <= STRAIGHT_DEGREES), None)
    if straight is None:
        return None
    turned = [n for n in range(straight + 1, len(yaws)) if sign * (yaws[n] - yaws[straight]) >= TURN_DEGREES]
    near = [n for n in turned if abs(yaws[n]) <= FARTHEST_DEGREES]
    if not near:
        return None
    end = max(near, key=lambda n: abs(yaws[n]))
    if depth(meshes[straight], meshes[end]) < DEPTH:
        return None
    return Film(_best(meshes), end)


def _blink(meshes: Sequence[Mesh]) -> Film | None:
    """Open, closed, open again, while the head stays as it was."""
    openness = [_openness(mesh) for mesh in meshes]
    widest = max(openness)
    closed = [n for n, value in enumerate(openness) if value < BLINK_RATIO * widest]
    if widest < OPEN_EYES or not closed:
        return None
    before = [n for n in range(closed[0]) if openness[n] >= OPEN_EYES]
    after = [n for n in range(closed[-1] + 1, len(openness)) if openness[n] >= OPEN_EYES]
    end = min(closed, key=lambda n: openness[n])
    if not before or not after or not _steady([meshes[n] for n in (before[-1], end, after[0])]):
        return None
    return Film(_best(meshes), end)


def _openness(mesh: Mesh) -> float:
    """Eye aspect ratio over that of the face: tilting a picture flattens both, and so closes no eye."""
    points = mesh.points[:, :2]
    return mesh.eye_openness() * _length(points, _CHEEKS) / max(_length(points, _HEIGHT), 1e-6)


def _steady(meshes: Sequence[Mesh]) -> bool:
    yaws, pitches = zip(*(mesh.angles()[:2] for mesh in meshes), strict=True)
    return bool(max(max(yaws) - min(yaws), max(pitches) - min(pitches)) <= STEADY_DEGREES)


def _best(meshes: Sequence[Mesh]) -> tuple[int, ...]:
    """Straight frames with open eyes, the straightest first; there is one at least in every film that is met."""
    straight = [n for n, mesh in enumerate(meshes) if abs(mesh.angles()[0]) <= STRAIGHT_DEGREES]
    seeing = [n for n in straight if meshes[n].eye_openness() >= OPEN_EYES]
    return tuple(sorted(seeing or straight, key=lambda n: abs(meshes[n].angles()[0]))[:COMPARED])


def _length(points: Tensor, ends: tuple[int, int]) -> float:
    return float(np.linalg.norm(points[ends[0]] - points[ends[1]]))
