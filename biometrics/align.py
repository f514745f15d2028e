"""Turning a face upright into the 112 × 112 square that the recognition networks were trained on."""

from __future__ import annotations

import cv2
import numpy as np

from biometrics.nets import Tensor
from biometrics.picture import Rgb

SIDE = 112
TEMPLATE: Tensor = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
"""Where left eye, right eye, nose tip and the mouth's corners go, x, y in the 112 × 112 frame.

The five-point template published with ArcFace (Deng et al. 2019) and used by every network shipped here.
"""
_ALIASING = 0.5


def similarity(points: Tensor, template: Tensor = TEMPLATE) -> Tensor:
    """Least-squares similarity (2, 3) that takes `points` (5, 2) to `template` (5, 2) (Umeyama 1991)."""
    mean_from, mean_to = points.mean(axis=0), template.mean(axis=0)
    from_0 = (points - mean_from) @ np.array([1, 1j])
    to_0 = (template - mean_to) @ np.array([1, 1j])
    factor = np.vdot(from_0, to_0) / max(float(np.vdot(from_0, from_0).real), 1e-9)
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.column_stack([turn, mean_to - turn @ mean_from]).astype(np.float32)


def chip(image: Rgb, points: Tensor, side: int = SIDE) -> Rgb:
    """The aligned face, uint8 RGB (side, side, 3); black where the picture ends.

    Args:
        image: RGB.
        points: float32 (5, 2) in picture pixels, order of `TEMPLATE`.
        side: of the chip; the template is scaled with it.
    """
    matrix = similarity(points, TEMPLATE * (side / SIDE))
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < _ALIASING:  # sampling fewer than every other pixel would alias: shrink first
        factor = scale / _ALIASING
        image = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = similarity(points * factor, TEMPLATE * (side / SIDE))
    return np.asarray(cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)
