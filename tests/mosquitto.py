"""A real mosquitto with TLS, client certificates and the product's ACL, on a free loopback port."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.gatelink.mqtt import BROKER_ACL, Broker
from hardware.server.authority import Authority
from tests.servers import ServerMissing, free_port

_CONFIGURATION = """\
per_listener_settings false
user {user}
listener {port} 127.0.0.1
cafile {folder}/authority.pem
certfile {folder}/broker.pem
keyfile {folder}/broker.key
require_certificate true
use_identity_as_username true
acl_file {folder}/acl
set_tcp_nodelay true
persistence false
log_type error
log_type information
"""


@dataclass(frozen=True)
class Running:
    """A broker that runs, and the folder with everybody's certificates."""

    broker: Broker
    authority: Authority
    folder: Path


@contextmanager
def mosquitto(folder: Path, at: int) -> Iterator[Running]:
    """Start it; wait until it says that it runs.

    Raises:
        ServerMissing: it is not installed.
    """
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        raise ServerMissing("mosquitto is not installed: install the package mosquitto")
    running = _prepare(folder, at, free_port())
    command = [program, "-c", str(folder / "mosquitto.conf")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        if not any("running" in line for line in process.stderr):
            raise RuntimeError(f"mosquitto ended with {process.wait()}")
        try:
            yield running
        finally:
            process.terminate()


def _prepare(folder: Path, at: int, port: int) -> Running:
    authority = Authority(bytes(32))
    (folder / "authority.pem").write_bytes(authority.certificate())
    (folder / "acl").write_text(BROKER_ACL)
    for name, pair in (("broker", authority.for_broker("127.0.0.1", at)), ("service", authority.for_service(at))):
        (folder / f"{name}.pem").write_bytes(pair[0])
        (folder / f"{name}.key").write_bytes(pair[1])
    (folder / "mosquitto.conf").write_text(_CONFIGURATION.format(port=port, folder=folder, user=getpass.getuser()))
    files = (folder / "authority.pem", folder / "service.pem", folder / "service.key")
    return Running(Broker("127.0.0.1", port, *files), authority, folder)
