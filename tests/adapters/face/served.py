"""gunicorn's entry for the tests: the real engine and app, one resident from the demonstration's pictures."""

from __future__ import annotations

from flask import Flask

from access.domain.faces import Encoded
from adapters.face.in_process import build_engine
from adapters.face.options import FaceOptions
from adapters.face.server import create_face_app
from tests.adapters.face.memory_source import MemorySource
from tests.biometrics.faces import models_dir, picture

ESTATE, GATE, PERSON = "served", "gate", "resident"


def create() -> Flask:
    """The app of a face process whose gallery holds one person."""
    source = MemorySource()
    engine = build_engine(source, models_dir(), FaceOptions(watch_s=0.05))
    encoded = engine.encode(picture("obama.jpg"), ESTATE)
    if not isinstance(encoded, Encoded):
        raise TypeError(f"the demonstration's picture was refused: {encoded}")
    source.enrol(ESTATE, PERSON, encoded.reference, engine.model(), GATE)
    return create_face_app(engine)
