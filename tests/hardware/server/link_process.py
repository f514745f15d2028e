"""gunicorn's entry for the link process of a test: a SQLite file named in the environment, the system's clock."""

from __future__ import annotations

import os
from dataclasses import replace

from flask import Flask

from adapters.db.database import open_database
from adapters.gatelink.outbox import OutboxLink
from app.clock import SystemClock
from hardware.server.stream import create_link_app
from tests.estate import build


def create() -> Flask:
    database = open_database(os.environ["KAIMEN_TEST_DATABASE"])
    house = replace(build(database).house, clock=SystemClock())
    return create_link_app(house, OutboxLink(database))
