"""deepface as the engine: our detector and model registered with it, and its models with weights of the operator.

The shipped networks need no TensorFlow, so deepface is imported only here, when a model of its is chosen or when
somebody calls `register`. Its own alignment does not fit these networks (99 % falls to 72 to 93 %): the registered
detector therefore returns the square that the five-point template maps to, and far points on the eyes' line, so
that deepface's rotate-and-crop gives the aligned face. Only faces are represented; nothing else of it is called.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.align import SIDE, chip, similarity
from biometrics.detect import BlazeFace
from biometrics.encode import Embedding, LocatedFace, unit
from biometrics.joined import DIMENSION, Joined
from biometrics.landmarks import FaceMesh
from biometrics.models import ModelFileError, sha256, verified
from biometrics.picture import Rgb

DETECTOR = "kaimen"
RECOGNISER = "kaimen-joined"
PREFIX = "deepface-"
"""A model name ``deepface-ArcFace`` is deepface's ArcFace."""
NORMALISATION = {"ArcFace": "ArcFace", "Facenet": "Facenet", "Facenet512": "Facenet2018", "VGG-Face": "VGGFace2"}
"""Input scaling per model as deepface documents it; the others take 0 to 1."""
FAR = 4000.0
"""Pixels from the face's centre to the points given as eyes: whole numbers then cost no angle."""


@dataclass(frozen=True, slots=True)
class OperatorWeights:
    """Weights that an operator supplies, since deepface would otherwise fetch them.

    Attributes:
        file: ``<home>/.deepface/weights/<name deepface expects>``.
        sha256: of its content.
        engine: what runs them, ``tensorflow`` or ``onnx``; None leaves the choice to deepface.
    """

    file: Path
    sha256: str
    engine: str | None = None

    def home(self) -> Path:
        """What DEEPFACE_HOME must be.

        Raises:
            ModelFileError: missing, altered, or not where deepface looks.
        """
        if self.file.parent.name != "weights" or self.file.parent.parent.name != ".deepface":
            raise ModelFileError(f"{self.file}: deepface looks in HOME/.deepface/weights/; put the file there")
        if not self.file.is_file() or sha256(self.file) != self.sha256:
            raise ModelFileError(f"{self.file}: missing, or not the content whose SHA-256 is set")
        return self.file.parents[2]


class DeepFaceModel:
    """One of deepface's recognisers, fed with faces aligned by the five-point template."""

    identifies = True

    def __init__(self, model: str, weights: OperatorWeights) -> None:
        """Args: model: as deepface names it (``ArcFace``). weights: its file.

        Raises:
            ModelFileError: see `OperatorWeights.home`.
        """
        os.environ["DEEPFACE_HOME"] = str(weights.home())
        if weights.engine is not None:
            os.environ["DEEPFACE_BACKEND_ENGINE"] = weights.engine  # read once, when deepface is first asked
        from deepface import DeepFace  # noqa: PLC0415 - imports a web framework and perhaps TensorFlow
        from deepface.modules import modeling  # noqa: PLC0415

        self.name = f"{PREFIX}{model}"
        self._model = model
        self._represent = DeepFace.represent
        self._side = int(modeling.build_model("facial_recognition", model).input_shape[0])

    def encode(self, faces: Sequence[LocatedFace]) -> list[Embedding]:
        """See `Encoder.encode`; one batch through the network."""
        chips = [chip(face.image, face.mesh.five(), self._side)[:, :, ::-1].copy() for face in faces]
        answers = self._represent(
            chips,
            model_name=self._model,
            detector_backend="skip",
            align=False,
            enforce_detection=False,
            normalization=NORMALISATION.get(self._model, "base"),
        )
        rows = [answers] if len(chips) == 1 else answers
        return [Embedding(unit(np.asarray(row[0]["embedding"], np.float32).reshape(-1))) for row in rows]


def register(models_dir: Path) -> None:
    """Make `DETECTOR` and `RECOGNISER` known to deepface, so that its `represent` and `verify` use them.

    Raises:
        ModelFileError: a network file is missing or altered.
    """
    from deepface.config import threshold  # noqa: PLC0415
    from deepface.modules import modeling  # noqa: PLC0415

    _Registered.detector = BlazeFace(verified(models_dir, "detector"))
    _Registered.mesh = FaceMesh(verified(models_dir, "mesh"))
    _Registered.joined = Joined(models_dir)
    here = f"{__name__}."
    modeling.AVAILABLE_MODELS["face_detector"][DETECTOR] = {modeling.ANY: here + "RegisteredDetector"}
    modeling.AVAILABLE_MODELS["facial_recognition"][RECOGNISER] = {modeling.ANY: here + "RegisteredRecogniser"}
    # cosine distance at FMR 1e-3; deepface refuses a model without thresholds
    threshold.thresholds[RECOGNISER] = {"cosine": 0.627, "euclidean": 1.12, "euclidean_l2": 1.12, "angular": 0.38}


class _Registered:
    """The networks that deepface's own constructors, which take no argument, are to use."""

    detector: BlazeFace
    mesh: FaceMesh
    joined: Joined


class RegisteredDetector:
    """deepface's detector interface."""

    def detect_faces(self, img: NDArray[np.uint8]) -> list[Any]:
        """Every face of a BGR picture to which deepface has added a black border of half its size."""
        from deepface.models.Detector import FacialAreaRegion  # noqa: PLC0415

        top, left = img.shape[0] // 4, img.shape[1] // 4
        inner: Rgb = np.ascontiguousarray(img[top : img.shape[0] - top, left : img.shape[1] - left, ::-1])
        regions = []
        for face in _Registered.detector.detect(inner):
            points = _Registered.mesh.find(inner, face).five() + np.array([left, top], np.float32)
            back = cv2.invertAffineTransform(similarity(points))
            centre = back @ np.array([SIDE / 2, SIDE / 2, 1.0])
            along = back[:, 0] / np.linalg.norm(back[:, 0])
            side = round(SIDE * float(np.linalg.norm(back[:, 0])))
            right_eye, left_eye = (_whole(centre + sign * FAR * along) for sign in (-1, 1))
            x, y = _whole(centre - side / 2)
            regions.append(FacialAreaRegion(x, y, side, side, left_eye, right_eye, min(face.score, 1.0)))
        return regions


class RegisteredRecogniser:
    """deepface's recogniser interface over the joined model."""

    model_name = RECOGNISER
    input_shape = (SIDE, SIDE)
    output_shape = DIMENSION

    def forward(self, img: NDArray[np.float32]) -> list[Any]:
        """Vectors of BGR chips (n, 112, 112, 3), 0 to 1; one list for one chip, as deepface's own models do."""
        chips = np.clip(np.rint(img[..., ::-1] * 255), 0, 255).astype(np.uint8)
        rows = [_Registered.joined.encode_chip(one).vector.tolist() for one in np.atleast_1d(chips)]
        return rows[0] if len(rows) == 1 else rows


def _whole(point: NDArray[np.floating[Any]]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
