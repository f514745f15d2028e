"""gunicorn's entry for the link process: the gates' event streams and nothing else."""

from __future__ import annotations

import os

from flask import Flask

from adapters.gatelink.outbox import OutboxLink
from app import logs
from app.bootstrap import build_house, database
from app.settings import Environment, Settings
from hardware.server.stream import create_link_app


def create() -> Flask:
    """The link over the SQL outbox."""
    settings = Settings.from_env(os.environ)
    logs.configure("link", settings.log_level, pretty=settings.env is Environment.DEMO)
    return create_link_app(build_house(settings), OutboxLink(database(settings)))
