"""Where the tests find network files and pictures; absent ones skip, with the command that brings them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def models_dir() -> Path:
    """The models directory, or a skip."""
    folder = Path(os.environ.get("KAIMEN_MODELS", ROOT / "models"))
    if not (folder / "fr_feature.onnx").is_file():
        pytest.skip("no network files: run `make models`")
    return folder


def picture(name: str) -> bytes:
    """One of the demonstration's pictures, or a skip."""
    path = models_dir() / "pictures" / name
    if not path.is_file():
        pytest.skip("no pictures: run `make demo-pictures`")
    return path.read_bytes()


def labelled_pictures() -> Path:
    """The folder of labelled pictures that KAIMEN_PICTURES names, or a skip."""
    folder = os.environ.get("KAIMEN_PICTURES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KAIMEN_PICTURES names no folder of labelled pictures")
    return Path(folder)


def turning_people() -> tuple[bytes, bytes, bytes]:
    """Somebody straight, the same person turned to their own left, another person turned so; or a skip."""
    names = ("Amanda_Bynes_0001.jpg", "Amanda_Bynes_0004.jpg", "Derek_Jeter_0001.jpg")
    paths = [labelled_pictures() / name for name in names]
    if not all(path.is_file() for path in paths):
        pytest.skip("KAIMEN_PICTURES holds other people")
    straight, turned, other = (path.read_bytes() for path in paths)
    return straight, turned, other
