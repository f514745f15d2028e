"""The README's story with the agent in a process of its own over the links that need a server."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from adapters.gatelink.redis_streams import STREAM
from app.demo.folder import DemoFolder, Ports
from standins.story.play import free_ports, running
from standins.story.story import Faces, steps

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@dataclass(frozen=True)
class Linked:
    name: str
    folder: DemoFolder
    ports: Ports


@pytest.fixture(params=["redis", "mqtt"])
def linked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, models: Path
) -> Iterator[Linked]:
    folder, ports = DemoFolder(tmp_path_factory.mktemp("d")), Ports.from_env(free_ports())
    with running(folder, ports, models, request.param):
        yield Linked(request.param, folder, ports)


def test_the_whole_story_over_each_link(linked: Linked, faces: Faces) -> None:
    for title, act in steps(linked.folder, linked.ports, faces):
        assert act(), title
    carried = {"redis": woken_by_redis, "mqtt": at_the_broker}[linked.name]
    assert carried(linked)


def woken_by_redis(linked: Linked) -> bool:
    """The commands' wake-ups stand in the stream."""
    with redis.Redis(port=linked.ports.carrier) as client:
        return int(client.xlen(STREAM)) > 0  # type: ignore[arg-type]


def at_the_broker(linked: Linked) -> bool:
    """The gate holds a certificate that the broker takes, and without one nobody is heard there."""
    files = [linked.folder.gate / f"broker-{name}.pem" for name in ("authority", "gate", "key")]
    context = ssl.create_default_context(cafile=str(files[0]))
    stranger = ssl.create_default_context(cafile=str(files[0]))
    context.load_cert_chain(files[1], files[2])
    return stays(context, linked.ports.carrier) and not stays(stranger, linked.ports.carrier)


def stays(context: ssl.SSLContext, port: int) -> bool:
    """Whether the broker still waits for a first word after the handshake."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as tls,
    ):
        tls.settimeout(1.0)
        try:
            return tls.recv(1) != b""
        except TimeoutError:
            return True
        except OSError:
            return False
