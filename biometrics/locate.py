"""Where the face is: detector, landmarks, landmarks again from the landmarks, and a second look in doubt.

The detector's box is coarse, so the landmark network looks twice: the second time at the square about its own
first answer, as MediaPipe does from frame to frame. A face that nearly fills the picture may be boxed at an eye or
an ear; the landmarks then disagree with themselves or see no face, and everything is looked at again from further
away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biometrics.detect import Detector, FoundFace, detect_from_further_away
from biometrics.landmarks import FaceMesh, Mesh
from biometrics.picture import Rgb

SURE_PRESENCE = 0.9
"""Below it the second look is taken; where the box was right the network answers nearly 1."""
STEADY = 0.25
"""Largest move of the five points between the two answers, in eye distances, that counts as agreement."""


@dataclass(frozen=True, slots=True)
class Located:
    """Every face, the judged one first, and its landmarks."""

    faces: Sequence[FoundFace]
    mesh: Mesh


def locate(detector: Detector, mesh: FaceMesh, image: Rgb) -> Located | None:
    """The largest face in `image` (RGB) and its landmarks; None where there is no face."""
    faces = detector.detect(image)
    if not faces:
        return None
    first, steady = _settled(mesh, image, faces[0])
    if steady and first.presence >= SURE_PRESENCE:
        return Located(faces, first)
    again = detect_from_further_away(detector, image)
    if again:
        second, _ = _settled(mesh, image, again[0])
        if second.presence > first.presence:
            return Located(again, second)
    return Located(faces, first)


def _settled(mesh: FaceMesh, image: Rgb, face: FoundFace) -> tuple[Mesh, bool]:
    """Landmarks found twice, and whether the two answers agree."""
    rough = mesh.find(image, face)
    fine = mesh.find(image, rough.region(face.score))
    moved = np.linalg.norm(fine.five() - rough.five(), axis=1).max()
    return fine, bool(moved <= STEADY * max(fine.eye_distance(), 1e-6))
