"""Finding faces: BlazeFace "back camera" (MediaPipe), a 256 × 256 single-shot detector with six key points.

Anchors and decoding follow MediaPipe's `face_detection_back_desktop_live.pbtxt`: 16 × 16 cells of 2 anchors
and 8 × 8 cells of 6, offsets in input pixels relative to the anchor's centre.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.nets import Tensor, open_net
from biometrics.picture import Rgb

SIDE = 256
"""Side of the network's square input in pixels."""
MIN_SCORE = 0.5
"""MediaPipe's own threshold for this file."""
MAX_OVERLAP = 0.3
"""Intersection over union above which two boxes are one face (MediaPipe's value)."""
MAX_FACES = 64
_SCORE_LIMIT = 80.0  # beyond it exp() overflows float32


@dataclass(frozen=True, slots=True)
class FoundFace:
    """One face in picture pixels.

    Attributes:
        box: float32 (4,): left, top, right, bottom; may reach beyond the picture.
        points: float32 (6, 2) x, y: image-left eye, image-right eye, nose tip, mouth, left and right tragion.
        score: 0 to 1.
    """

    box: Tensor
    points: Tensor
    score: float

    @property
    def side(self) -> float:
        """Longer side of the box in pixels."""
        return float(max(self.box[2] - self.box[0], self.box[3] - self.box[1]))


class Detector(Protocol):
    """Finds every face in a picture, largest first."""

    def detect(self, image: Rgb) -> list[FoundFace]:
        """Faces in `image` (RGB), at most `MAX_FACES`; empty when there is none."""
        ...


class BlazeFace:
    """The shipped detector."""

    def __init__(self, path: Path) -> None:
        self._net = open_net(path)
        self._anchors = _anchors()

    def detect(self, image: Rgb) -> list[FoundFace]:
        """See `Detector.detect`. A face that fills the picture is found by looking again from further away."""
        return self._look(image) or _further_away(self._look, image)

    def _look(self, image: Rgb) -> list[FoundFace]:
        canvas, scale, offset = _letterbox(image)
        boxes, logits = self._net.run(canvas[np.newaxis])
        scores = 1.0 / (1.0 + np.exp(-np.clip(logits.reshape(-1), -_SCORE_LIMIT, _SCORE_LIMIT)))
        keep = np.flatnonzero(scores >= MIN_SCORE)
        values = boxes[0][keep].reshape(-1, 8, 2)
        centres = self._anchors[keep]
        corners, points = _decode(values, centres)
        faces = _merge(corners, points, scores[keep])
        back = [_to_picture(face, scale, offset) for face in faces]
        return sorted(back, key=lambda face: -face.side)[:MAX_FACES]


def detect_from_further_away(detector: Detector, image: Rgb) -> list[FoundFace]:
    """As `Detector.detect`, with a black border of half the picture's size on each side."""
    return _further_away(detector.detect, image)


def _further_away(look: Callable[[Rgb], list[FoundFace]], image: Rgb) -> list[FoundFace]:
    high, wide = image.shape[0] // 2, image.shape[1] // 2
    border = cv2.copyMakeBorder(image, high, high, wide, wide, cv2.BORDER_CONSTANT)
    back = np.array([wide, high], np.float32)
    return [
        FoundFace(face.box - np.tile(back, 2), face.points - back, face.score)
        for face in look(np.asarray(border, np.uint8))
    ]


def _anchors() -> Tensor:
    """Centres of the 896 anchors in input pixels, float32 (896, 2)."""
    rows = []
    for cells, per_cell in ((16, 2), (8, 6)):
        axis = (np.arange(cells) + 0.5) / cells * SIDE
        grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        rows.append(np.repeat(grid, per_cell, axis=0))
    return np.concatenate(rows).astype(np.float32)


def _letterbox(image: Rgb) -> tuple[Tensor, float, Tensor]:
    """Fit into the square, black around; values -1 to 1. Returns canvas, scale and offset (x, y)."""
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    new = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, new, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (SIDE - new[0]) // 2, (SIDE - new[1]) // 2
    canvas = np.full((SIDE, SIDE, 3), -1.0, np.float32)
    canvas[top : top + new[1], left : left + new[0]] = small.astype(np.float32) / 127.5 - 1.0
    return canvas, scale, np.array([left, top], np.float32)


def _decode(values: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """Corners (n, 4) and key points (n, 6, 2) in input pixels from raw offsets (n, 8, 2)."""
    middle = values[:, 0] + centres
    half = values[:, 1] / 2
    corners = np.concatenate([middle - half, middle + half], axis=1)
    return corners, values[:, 2:] + centres[:, np.newaxis]


def _merge(corners: Tensor, points: Tensor, scores: NDArray[np.floating]) -> list[FoundFace]:
    """Weighted non-maximum suppression, as MediaPipe does: overlapping boxes are averaged by score."""
    faces: list[FoundFace] = []
    left = np.argsort(-scores)
    while left.size:
        near = _overlap(corners[left[0]], corners[left]) > MAX_OVERLAP
        near[0] = True
        group = left[near]
        weights = (scores[group] / scores[group].sum()).astype(np.float32)
        box = (corners[group] * weights[:, None]).sum(axis=0)
        spots = (points[group] * weights[:, None, None]).sum(axis=0)
        if box[2] > box[0] and box[3] > box[1]:
            faces.append(FoundFace(box, spots, float(scores[left[0]])))
        left = left[~near]
    return faces


def _overlap(box: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of one box with each of (n, 4)."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(box[2:] - box[:2])
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(common / np.maximum(area + areas - common, 1e-6), dtype=np.float32)


def _to_picture(face: FoundFace, scale: float, offset: Tensor) -> FoundFace:
    """Undo the letterbox."""
    box = (face.box - np.tile(offset, 2)) / scale
    return FoundFace(box.astype(np.float32), ((face.points - offset) / scale).astype(np.float32), face.score)
