"""Putting the shipped networks together, and the names under which an operator chooses a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from biometrics.attack import AttackDetector, PassiveNet
from biometrics.detect import BlazeFace
from biometrics.encode import Encoder
from biometrics.joined import Joined
from biometrics.landmarks import FaceMesh
from biometrics.models import verified
from biometrics.picture import PictureLimits
from biometrics.pipeline import Pipeline

DEFAULT_MODEL = "joined-1"


def encoder(model: str, models_dir: Path) -> Encoder:
    """The encoder of a model name.

    Raises:
        ValueError: no such model.
        ModelFileError: a network file is missing or altered.
    """
    if model == DEFAULT_MODEL:
        return Joined(models_dir)
    raise ValueError(f"no such face model: {model}")


def pipeline(
    models: Sequence[str],
    models_dir: Path,
    limits: PictureLimits | None = None,
    attack: AttackDetector | None = None,
) -> Pipeline:
    """The whole chain with the shipped detector and landmarks.

    Args:
        models: names; every sample is encoded by each.
        models_dir: where `make models` put the files.
        limits: of pictures.
        attack: an operator's engine instead of the shipped network.

    Raises:
        ModelFileError: a network file is missing or altered.
    """
    return Pipeline(
        BlazeFace(verified(models_dir, "detector")),
        FaceMesh(verified(models_dir, "mesh")),
        [encoder(model, models_dir) for model in models],
        attack or PassiveNet(models_dir),
        limits,
    )
