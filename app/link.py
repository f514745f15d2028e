"""gunicorn's entry for the link process: the gates' event streams and nothing else."""

from __future__ import annotations

import os

from flask import Flask

from adapters.gatelink.mosquitto import MosquittoFolder
from adapters.gatelink.mqtt import Broker, MqttTransport
from app import logs
from app.bootstrap import build_house, gate_link
from app.settings import Environment, Settings
from app.stored import database
from hardware.server.api_client import ApiClient
from hardware.server.stream import BrokerSide, create_link_app

_API_SECONDS = 20.0


def create() -> Flask:
    """The link over the SQL outbox or Redis streams, and where set over an MQTT broker beside it."""
    settings = Settings.from_env(os.environ)
    logs.configure("link", settings.log_level, pretty=settings.env is Environment.DEMO)
    feed = gate_link(settings, database(settings))
    return create_link_app(build_house(settings), feed, broker=_broker(settings))


def _broker(settings: Settings) -> BrokerSide | None:
    authority, certificate, key = settings.mqtt_authority, settings.mqtt_certificate, settings.mqtt_key
    if settings.link != "mqtt" or authority is None or certificate is None or key is None:
        return None
    host, _, port = settings.mqtt_address.rpartition(":")
    transport = MqttTransport(Broker(host, int(port), authority, certificate, key))
    api = ApiClient(settings.mqtt_api, _API_SECONDS)
    files = None if settings.mqtt_folder is None else MosquittoFolder(settings.mqtt_folder)
    return BrokerSide(transport, api, files)
