"""The model that a command of this room is about: a shipped one, or deepface's with the operator's own weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from biometrics.build import DEFAULT_MODEL
from biometrics.deepface_model import OperatorWeights

_OPTIONS = (
    click.option(
        "--models", type=click.Path(path_type=Path), default=Path("models"), help="Folder of network files."
    ),
    click.option("--model", default=DEFAULT_MODEL, show_default=True),
    click.option(
        "--weights",
        type=click.Path(path_type=Path),
        default=None,
        envvar="KAIMEN_FACE_WEIGHTS",
        help="Of a deepface-NAME model: its file, in HOME/.deepface/weights/.",
    ),
    click.option(
        "--weights-sha256", default="", envvar="KAIMEN_FACE_WEIGHTS_SHA256", help="Of that file's content."
    ),
    click.option(
        "--backend",
        type=click.Choice(["tensorflow", "onnx"]),
        default="tensorflow",
        envvar="KAIMEN_FACE_BACKEND",
        help="What runs a deepface-NAME model.",
    ),
)


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--models`, `--model`, `--weights`, `--weights-sha256` and `--backend`, the last three also by setting."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def operator_weights(weights: Path | None, sha256: str, backend: str) -> OperatorWeights | None:
    """The operator's file as the settings name it; None without one."""
    return OperatorWeights(weights.resolve(), sha256.lower(), backend) if weights is not None else None


def cache_of(cache: Path, weights_sha256: str) -> Path:
    """Where vectors are kept: apart for each file of weights, since their model's name says nothing of it."""
    return cache / weights_sha256.lower() if weights_sha256 else cache
