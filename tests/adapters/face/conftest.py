"""One engine for the whole session, reached in process and through its server on a unix socket."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from access.domain.faces import Encoded
from access.ports import FaceEngine
from adapters.face.in_process import InProcessFaceEngine, build_engine
from adapters.face.options import FaceOptions
from adapters.face.remote import over_unix_socket
from adapters.face.server import create_face_app
from tests.adapters.face.memory_source import MemorySource
from tests.biometrics.faces import models_dir, picture

ESTATE = "an estate without a key"


@pytest.fixture(scope="session")
def source() -> MemorySource:
    return MemorySource()


@pytest.fixture(scope="session")
def in_process(source: MemorySource) -> Iterator[InProcessFaceEngine]:
    engine = build_engine(source, models_dir(), FaceOptions(watch_s=0.05, candidates_s=0.0, protect_memory=False))
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def socket_path(in_process: InProcessFaceEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("face") / "face.sock"
    server = make_server(f"unix://{path}", 0, create_face_app(in_process), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield path
    server.shutdown()
    thread.join()


@pytest.fixture(params=["in_process", "remote"])
def engine(request: pytest.FixtureRequest) -> Iterator[FaceEngine]:
    """The port, both ways."""
    if request.param == "in_process":
        yield request.getfixturevalue("in_process")
        return
    client = over_unix_socket(request.getfixturevalue("socket_path"), timeout_s=30)
    yield client
    client.close()


@pytest.fixture
def estate() -> str:
    """An estate of its own for each test."""
    return uuid.uuid4().hex


@pytest.fixture(scope="session")
def obama(in_process: InProcessFaceEngine) -> bytes:
    """A reference of one person."""
    return _reference(in_process, "obama.jpg")


@pytest.fixture(scope="session")
def biden(in_process: InProcessFaceEngine) -> bytes:
    """A reference of another person."""
    return _reference(in_process, "biden.jpg")


def _reference(engine: FaceEngine, name: str) -> bytes:
    encoded = engine.encode(picture(name), ESTATE)
    assert isinstance(encoded, Encoded)
    return encoded.reference
