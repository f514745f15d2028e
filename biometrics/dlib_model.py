"""The fallback whose every file comes from PyPI: dlib's ResNet. It verifies a claim (1:1) and never identifies.

At FMR 1e-5, which a gallery of 100 people needs at FPIR 1e-3, it misses about half of the genuine comparisons (see
docs/biometrics/models.md): 1:N with it would shut residents out or let strangers in.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from biometrics.align import similarity
from biometrics.encode import Embedding, LocatedFace, unit
from biometrics.models import verified
from biometrics.nets import Tensor

SIDE = 150
PADDING = 0.25
"""Border around the mean face, as dlib's own example cuts it."""
_MEAN_FACE = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
"""dlib's five-point mean face (`get_face_chip_details`): corners of both eyes, base of the nose; 0 to 1."""
TEMPLATE: Tensor = ((_MEAN_FACE + PADDING) / (1 + 2 * PADDING) * SIDE).astype(np.float32)
_MESH_POINTS = (263, 362, 33, 133, 2)
"""The same five points in the face mesh."""


class DlibResNet:
    """128 values; 150 × 150 RGB chip."""

    name = "dlib-1"
    identifies = False

    def __init__(self, models_dir: Path) -> None:
        import dlib  # noqa: PLC0415 - 30 MB that only this model needs

        self._net = dlib.face_recognition_model_v1(str(verified(models_dir, "dlib")))
        self._lock = threading.Lock()  # the network keeps its activations in itself

    def encode(self, faces: Sequence[LocatedFace]) -> list[Embedding]:
        """See `Encoder.encode`."""
        return [self._one(face) for face in faces]

    def _one(self, face: LocatedFace) -> Embedding:
        points = face.mesh.points[list(_MESH_POINTS), :2]
        aligned = cv2.warpAffine(face.image, similarity(points, TEMPLATE), (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        with self._lock:
            raw = np.array(self._net.compute_face_descriptor(aligned), np.float32)
        return Embedding(unit(raw))
