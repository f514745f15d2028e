"""Can this face be compared, and if not, what should the person do? One rule set, strict and lenient.

Components follow ISO/IEC 29794-5 (inter-eye distance, whole face in the picture, sharpness, exposure, pose, eyes
open, occlusion, single face). The first component that fails gives the reason; the order is the order in which a
person can act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from access.domain.faces import QualityReason
from biometrics.detect import FoundFace
from biometrics.landmarks import Mesh
from biometrics.picture import Rgb


@dataclass(frozen=True, slots=True)
class QualityRule:
    """Bounds of one use. Where they come from: docs/biometrics/quality.md.

    Attributes:
        eye_distance: least pixels between the eyes.
        outside: largest share of the face's landmarks beyond the picture's edge.
        other_face: a second face this many times the first one's size, or larger, is one too many.
        sharpness: least spread of the Laplacian over the spread of brightness of the aligned face.
        darkest, brightest: bounds of the face's mean brightness, 0 to 255.
        yaw, pitch: largest turn of the head in degrees, either way.
        eye_openness: least eye aspect ratio of the more closed eye.
        presence: least belief of the landmark network that a whole face is there.
    """

    eye_distance: float
    outside: float
    other_face: float
    sharpness: float
    darkest: float
    brightest: float
    yaw: float
    pitch: float
    eye_openness: float
    presence: float


ENROLMENT = QualityRule(
    eye_distance=36,
    outside=0.05,
    other_face=0.6,
    sharpness=0.16,
    darkest=55,
    brightest=225,
    yaw=35,
    pitch=30,
    eye_openness=0.12,
    presence=0.9,
)
PROBE = QualityRule(
    eye_distance=20,
    outside=0.25,
    other_face=0.85,
    sharpness=0.10,
    darkest=30,
    brightest=240,
    yaw=45,
    pitch=40,
    eye_openness=0.0,
    presence=0.5,
)


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on one face; units as in `QualityRule`."""

    eye_distance: float
    outside: float
    other_face: float
    sharpness: float
    brightness: float
    yaw: float
    pitch: float
    eye_openness: float
    presence: float


def measure(aligned: Rgb, mesh: Mesh, faces: Sequence[FoundFace], image: Rgb) -> Quality:
    """Components of the first of `faces`.

    Args:
        aligned: its 112 × 112 RGB chip.
        mesh: its landmarks.
        faces: every face found, the judged one first.
        image: the whole picture.
    """
    luma = cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY)[24:104, 20:92].astype(np.float32)
    yaw, pitch, _ = mesh.angles()
    others = max((face.side for face in faces[1:] if not mesh.covers(face)), default=0.0)
    spread = float(cv2.Laplacian(luma, cv2.CV_32F).std())
    return Quality(
        eye_distance=mesh.eye_distance(),
        outside=mesh.outside(*image.shape[:2]),
        other_face=others / max(faces[0].side, 1e-6),
        sharpness=spread / max(float(luma.std()), 4.0),
        brightness=float(luma.mean()),
        yaw=yaw,
        pitch=pitch,
        eye_openness=mesh.eye_openness(),
        presence=mesh.presence,
    )


def judge(quality: Quality, rule: QualityRule) -> QualityReason | None:
    """The first component that fails, None when all hold."""
    checks = (
        (quality.other_face >= rule.other_face, QualityReason.SEVERAL_FACES),
        (quality.outside > rule.outside, QualityReason.CUT_OFF),
        (quality.eye_distance < rule.eye_distance, QualityReason.TOO_SMALL),
        (quality.brightness < rule.darkest, QualityReason.TOO_DARK),
        (quality.brightness > rule.brightest, QualityReason.TOO_BRIGHT),
        (abs(quality.yaw) > rule.yaw or abs(quality.pitch) > rule.pitch, QualityReason.TURNED_AWAY),
        (quality.presence < rule.presence, QualityReason.COVERED),
        (quality.sharpness < rule.sharpness, QualityReason.BLURRED),
        (quality.eye_openness < rule.eye_openness, QualityReason.EYES_CLOSED),
    )
    return next((reason for failed, reason in checks if failed), None)


def value(quality: Quality, rule: QualityRule = ENROLMENT) -> float:
    """0 to 1: the smallest component, each 0.5 at the rule's bound and 1 at its best."""
    parts = (
        quality.eye_distance / (2 * rule.eye_distance),
        quality.sharpness / (2 * rule.sharpness),
        1 - abs(quality.yaw) / (2 * rule.yaw),
        1 - abs(quality.pitch) / (2 * rule.pitch),
        quality.brightness / (2 * rule.darkest),
        (255 - quality.brightness) / (2 * (255 - rule.brightest)),
    )
    return float(np.clip(min(parts), 0.0, 1.0))
