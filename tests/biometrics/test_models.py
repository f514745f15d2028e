"""A network file is opened only when it is the very file that was pinned."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from biometrics.build import DEFAULT_MODEL, pipeline
from biometrics.fetch import fetch_models
from biometrics.models import ModelFileError, catalogue, verified
from tests.biometrics.faces import models_dir


def copy(folder: Path) -> Path:
    for entry in catalogue().values():
        shutil.copyfile(models_dir() / entry.file, folder / entry.file)
    return folder


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_pinned_file_is_what_was_brought(name: str) -> None:
    assert verified(models_dir(), name).name == catalogue()[name].file


@pytest.mark.parametrize("name", ["detector", "mesh", "mobilefacenet", "fr_feature", "fr_liveness"])
def test_a_missing_file_stops_the_start_and_says_how_to_get_it(tmp_path: Path, name: str) -> None:
    (copy(tmp_path) / catalogue()[name].file).unlink()
    with pytest.raises(ModelFileError, match=f"{catalogue()[name].file}.*make models"):
        pipeline([DEFAULT_MODEL], tmp_path)


def test_an_altered_file_stops_the_start(tmp_path: Path) -> None:
    path = copy(tmp_path) / catalogue()["fr_feature"].file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match="not the pinned file"):
        pipeline([DEFAULT_MODEL], tmp_path)


def test_set_up_brings_nothing_twice(tmp_path: Path) -> None:
    assert fetch_models(copy(tmp_path)) == []


def test_set_up_brings_an_altered_file_again(tmp_path: Path) -> None:
    entry = catalogue()["detector"]
    (copy(tmp_path) / entry.file).write_bytes(b"altered")
    assert fetch_models(tmp_path) == ["detector"]
    assert verified(tmp_path, "detector").is_file()
