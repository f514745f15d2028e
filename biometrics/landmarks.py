"""The face mesh (MediaPipe): 468 points, from which come the five points for alignment, the pose and the eyes.

Point numbers are those of MediaPipe's canonical face model. "Left" and "right" are as seen in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from biometrics.detect import FoundFace
from biometrics.nets import Tensor, open_net
from biometrics.picture import Rgb

SIDE = 192
"""Side of the network's square input in pixels."""
REGION_SCALE = 1.5
"""How far the region reaches beyond the detector's box (MediaPipe's value)."""
POINTS = 468

LEFT_EYE = (33, 133, 159, 145, 158, 153)
RIGHT_EYE = (263, 362, 386, 374, 385, 380)
NOSE_TIP = 4
MOUTH_LEFT, MOUTH_RIGHT = 61, 291
_CHEEK_LEFT, _CHEEK_RIGHT = 234, 454
_FOREHEAD, _CHIN = 10, 152


@dataclass(frozen=True, slots=True)
class Mesh:
    """The 468 points of one face.

    Attributes:
        points: float32 (468, 3): x, y in picture pixels, z in the same scale (smaller is nearer the camera).
        presence: 0 to 1, the network's own belief that a face is there.
    """

    points: Tensor
    presence: float

    def five(self) -> Tensor:
        """float32 (5, 2): left eye, right eye, nose tip, left and right corner of the mouth, picture pixels."""
        flat = self.points[:, :2]
        return np.stack(
            [
                flat[list(LEFT_EYE)].mean(axis=0),
                flat[list(RIGHT_EYE)].mean(axis=0),
                flat[NOSE_TIP],
                flat[MOUTH_LEFT],
                flat[MOUTH_RIGHT],
            ]
        )

    def region(self, score: float) -> FoundFace:
        """The face as the landmarks bound it, for looking again; `score` is the detector's."""
        flat = self.points[:, :2]
        box = np.concatenate([flat.min(axis=0), flat.max(axis=0)])
        return FoundFace(box, flat[[LEFT_EYE[0], RIGHT_EYE[0]]], score)

    def covers(self, face: FoundFace) -> bool:
        """The box's middle lies within these landmarks: it is this face again, or a part of it."""
        middle = (face.box[:2] + face.box[2:]) / 2
        flat = self.points[:, :2]
        return bool((middle >= flat.min(axis=0)).all() and (middle <= flat.max(axis=0)).all())

    def outside(self, height: int, width: int) -> float:
        """Share of the points that lie beyond the edge of a picture of this size, 0 to 1."""
        beyond = (self.points[:, :2] < 0) | (self.points[:, :2] > (width - 1, height - 1))
        return float(beyond.any(axis=1).mean())

    def eye_distance(self) -> float:
        """Pixels between the eyes' centres in space, so that turning the head does not shrink it."""
        left, right = (self.points[list(eye)].mean(axis=0) for eye in (LEFT_EYE, RIGHT_EYE))
        return float(np.linalg.norm(left - right))

    def angles(self) -> tuple[float, float, float]:
        """Yaw, pitch, roll in degrees; 0 looking into the camera; yaw > 0 towards the picture's right."""
        across = self.points[_CHEEK_RIGHT] - self.points[_CHEEK_LEFT]
        down = self.points[_CHIN] - self.points[_FOREHEAD]
        yaw = np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1])))
        pitch = np.degrees(np.arctan2(down[2], np.hypot(down[0], down[1])))
        roll = np.degrees(np.arctan2(across[1], across[0]))
        return float(yaw), float(pitch), float(roll)

    def eye_openness(self) -> float:
        """Height over width of the more closed eye (eye aspect ratio): about 0.3 open, below 0.15 closed."""
        return min(_aspect(self.points, LEFT_EYE), _aspect(self.points, RIGHT_EYE))


class FaceMesh:
    """The shipped landmark network."""

    def __init__(self, path: Path) -> None:
        self._net = open_net(path)

    def find(self, image: Rgb, face: FoundFace) -> Mesh:
        """Points of the face that `face` shows in `image` (RGB)."""
        matrix = region(face)
        patch = cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        raw, presence = self._net.run(patch[np.newaxis].astype(np.float32) / 255.0)
        points = raw.reshape(POINTS, 3).astype(np.float32)
        inverse = cv2.invertAffineTransform(matrix).astype(np.float32)
        scale = float(np.hypot(inverse[0, 0], inverse[1, 0]))
        flat = points[:, :2] @ inverse[:, :2].T + inverse[:, 2]
        belief = 1.0 / (1.0 + np.exp(-float(presence.reshape(-1)[-1])))
        return Mesh(np.column_stack([flat, points[:, 2] * scale]).astype(np.float32), belief)


def region(face: FoundFace) -> Tensor:
    """Affine (2, 3) from picture pixels to the network's input: a square about the box, eyes level."""
    (x_0, y_0), (x_1, y_1) = face.points[0], face.points[1]
    angle = float(np.degrees(np.arctan2(y_1 - y_0, x_1 - x_0)))
    centre = (float(face.box[0] + face.box[2]) / 2, float(face.box[1] + face.box[3]) / 2)
    matrix = cv2.getRotationMatrix2D(centre, angle, SIDE / (face.side * REGION_SCALE))
    shift = SIDE / 2 - np.array(centre)
    return np.column_stack([matrix[:, :2], matrix[:, 2] + shift]).astype(np.float32)


def _aspect(points: Tensor, eye: tuple[int, ...]) -> float:
    outer, inner, top, bottom, top_2, bottom_2 = (points[i, :2] for i in eye)
    width = float(np.linalg.norm(outer - inner))
    height = float(np.linalg.norm(top - bottom) + np.linalg.norm(top_2 - bottom_2)) / 2
    return height / max(width, 1e-6)
