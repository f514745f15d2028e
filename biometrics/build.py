"""Putting the shipped networks together, and the names under which an operator chooses a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from biometrics.attack import AttackDetector, PassiveNet
from biometrics.deepface_model import PREFIX, DeepFaceModel, OperatorWeights
from biometrics.detect import BlazeFace
from biometrics.dlib_model import DlibResNet
from biometrics.encode import Encoder
from biometrics.joined import JOINED_2, REVISIONS, Joined
from biometrics.landmarks import FaceMesh
from biometrics.models import ModelFileError, verified
from biometrics.picture import PictureLimits
from biometrics.pipeline import Pipeline

DEFAULT_MODEL = JOINED_2.name
PYPI_ONLY_MODEL = DlibResNet.name


def encoder(model: str, models_dir: Path, weights: OperatorWeights | None = None) -> Encoder:
    """The encoder of a model name.

    Args:
        model: ``joined-2``, ``joined-1``, ``dlib-1`` (1:1 only) or ``deepface-NAME``.
        models_dir: where `make models` put the files.
        weights: of a ``deepface-NAME`` model.

    Raises:
        ValueError: no such model.
        ModelFileError: a network file is missing or altered.
    """
    if model in REVISIONS:
        return Joined(models_dir, REVISIONS[model])
    if model == DlibResNet.name:
        return DlibResNet(models_dir)
    if model.startswith(PREFIX):
        if weights is None:
            raise ModelFileError(f"{model}: set the file of its weights and their SHA-256")
        return DeepFaceModel(model.removeprefix(PREFIX), weights)
    raise ValueError(f"no such face model: {model}")


def pipeline(
    models: Sequence[str],
    models_dir: Path,
    limits: PictureLimits | None = None,
    attack: AttackDetector | None = None,
    weights: OperatorWeights | None = None,
) -> Pipeline:
    """The whole chain with the shipped detector and landmarks.

    Args:
        models: names; every sample is encoded by each.
        models_dir: where `make models` put the files.
        limits: of pictures.
        attack: an operator's engine instead of the shipped network.
        weights: of a ``deepface-NAME`` model among `models`.

    Raises:
        ModelFileError: a network file is missing or altered.
    """
    return Pipeline(
        BlazeFace(verified(models_dir, "detector")),
        FaceMesh(verified(models_dir, "mesh")),
        [encoder(model, models_dir, weights) for model in models],
        attack or PassiveNet(models_dir),
        limits,
    )
