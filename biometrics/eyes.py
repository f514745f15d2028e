"""Whether eyes are open, by OpenCV's cascade for open eyes (also behind glasses), on levelled patches.

The landmark network places its eyelids where they usually are, also over an eye that is drawn shut. The cascade
answers to the iris between two lids, and a tilted picture keeps that.
"""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np

from biometrics.landmarks import LEFT_EYE, RIGHT_EYE, Mesh
from biometrics.picture import Rgb

_CASCADE = "data/haarcascade_eye_tree_eyeglasses.xml"
SIDE = 80
"""Side of an eye's patch in pixels; the eye spans half of it, as in the cascade's training."""
_LEAST = 20
_STEP, _NEIGHBOURS = 1.05, 3


class OpenEyes:
    """Safe to call from several threads."""

    def __init__(self) -> None:
        self._cascade = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / _CASCADE))
        self._lock = threading.Lock()

    def count(self, image: Rgb, mesh: Mesh) -> int:
        """Open eyes of a face, 0 to 2."""
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        roll = mesh.angles()[2]
        return sum(self._is_open(grey, mesh, eye, roll) for eye in (LEFT_EYE, RIGHT_EYE))

    def _is_open(self, grey: np.ndarray, mesh: Mesh, eye: tuple[int, ...], roll: float) -> bool:
        points = mesh.points[list(eye), :2]
        middle, width = points.mean(axis=0), max(float(np.linalg.norm(points[0] - points[1])), 1.0)
        centre = (float(middle[0]), float(middle[1]))
        matrix = cv2.getRotationMatrix2D(centre, roll, SIDE / (2.2 * width))
        matrix[:, 2] += SIDE / 2 - middle
        patch = cv2.warpAffine(grey, matrix, (SIDE, SIDE))
        with self._lock:
            found = self._cascade.detectMultiScale(patch, _STEP, _NEIGHBOURS, minSize=(_LEAST, _LEAST))
        return len(found) > 0
