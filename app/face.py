"""gunicorn's entry for the face process, the only one with networks and decrypted galleries."""

from __future__ import annotations

import os

from flask import Flask

from access.services.keyring import Keyring
from adapters.face.in_process import build_engine
from adapters.face.options import FaceOptions
from adapters.face.server import create_face_app
from app import logs
from app.bootstrap import database, gallery
from app.settings import Environment, Settings


def create() -> Flask:
    """Warm up, load the galleries, then answer."""
    settings = Settings.from_env(os.environ)
    logs.configure("face", settings.log_level, pretty=settings.env is Environment.DEMO)
    db = database(settings)
    keyring = Keyring(settings.master_keys)

    def transform_keys(estate_id: str) -> list[bytes]:
        with db.reading() as stores:
            return [keyring.face_transform(stores, estate_id)]

    options = FaceOptions(transform_keys=transform_keys)
    return create_face_app(build_engine(gallery(settings), settings.face_models, options))
