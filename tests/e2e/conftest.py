"""Real processes: the demo on free ports in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.demo.folder import DemoFolder, Ports
from standins.story.play import demo_faces, free_ports, running
from standins.story.story import Faces

MODELS = Path(os.environ.get("KAIMEN_FACE_MODELS", "models")).absolute()


@dataclass(frozen=True)
class Demo:
    folder: DemoFolder
    ports: Ports


@pytest.fixture(scope="session")
def models() -> Path:
    if not (MODELS / "pictures").is_dir():
        pytest.fail(f"no network files in {MODELS}: run `make models demo-pictures`")
    return MODELS


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Demo]:
    """A fresh demo. Its folder has a short path, for unix sockets."""
    folder, ports = DemoFolder(tmp_path_factory.mktemp("d")), Ports.from_env(free_ports())
    with running(folder, ports, models):
        yield Demo(folder, ports)


@pytest.fixture
def faces(models: Path) -> Faces:
    return demo_faces(models)


@pytest.fixture
def labelled_faces() -> Faces:
    """Two people of a folder of labelled pictures ``Name_NNNN.jpg``, named by KAIMEN_PICTURES."""
    named = os.environ.get("KAIMEN_PICTURES", "")
    if not named:
        pytest.skip("KAIMEN_PICTURES names no folder of labelled pictures")
    people: dict[str, list[Path]] = {}
    for path in sorted(Path(named).glob("*.jpg")):
        people.setdefault(path.stem.rsplit("_", 1)[0], []).append(path)
    several = [pictures for pictures in people.values() if len(pictures) >= 2]
    if len(several) < 2:
        pytest.fail(f"{named} has not two people with two pictures each")
    return Faces(several[0][0], several[0][1], several[1][0])
