"""gunicorn's entry for the link process of a test: a SQLite file, and perhaps a broker, by the environment."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from flask import Flask

from adapters.db.database import open_database
from adapters.gatelink.mqtt import Broker, MqttTransport
from adapters.gatelink.outbox import OutboxLink
from app.clock import SystemClock
from hardware.server.stream import BrokerSide, create_link_app
from tests.estate import build


def create() -> Flask:
    database = open_database(os.environ["KAIMEN_TEST_DATABASE"])
    house = replace(build(database).house, clock=SystemClock())
    return create_link_app(house, OutboxLink(database), broker=_broker())


def _broker() -> BrokerSide | None:
    folder, port = os.environ.get("KAIMEN_TEST_BROKER_FOLDER"), os.environ.get("KAIMEN_TEST_BROKER_PORT", "0")
    if folder is None:
        return None
    files = (Path(folder) / name for name in ("authority.pem", "service.pem", "service.key"))
    return BrokerSide(MqttTransport(Broker("127.0.0.1", int(port), *files)))
