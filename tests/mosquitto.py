"""A real mosquitto with TLS, client certificates and the product's own files, on a free loopback port."""

from __future__ import annotations

import getpass
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.gatelink.mosquitto import MosquittoFolder, Papers
from adapters.gatelink.mqtt import Broker
from hardware.server.authority import Authority
from tests.servers import ServerMissing, free_port


@dataclass(frozen=True)
class Running:
    """A broker that runs, and the folder with everybody's certificates."""

    broker: Broker
    authority: Authority
    folder: Path


@contextmanager
def mosquitto(folder: Path, at: int, authority: Authority | None = None) -> Iterator[Running]:
    """Start it; wait until it says that it runs.

    Raises:
        ServerMissing: it is not installed.
    """
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        raise ServerMissing("mosquitto is not installed: install the package mosquitto")
    running = _prepare(folder, at, free_port(), authority or Authority(bytes(32)))
    command = [program, "-c", str(folder / "mosquitto.conf")]
    with (
        (folder / "log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process,
    ):
        assert process.stderr is not None
        if not any("running" in line for line in process.stderr):
            raise RuntimeError(f"mosquitto ended with {process.wait()}")
        drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=log)
        try:
            yield running
        finally:
            process.terminate()
            process.wait(20)
            drain.wait(20)


def _prepare(folder: Path, at: int, port: int, authority: Authority) -> Running:
    MosquittoFolder(folder).write_all(
        authority.certificate(),
        Papers(*authority.for_broker("127.0.0.1", at)),
        Papers(*authority.for_service(at)),
        authority.revocations([], at),
        ("127.0.0.1", port),
        getpass.getuser(),
    )
    files = (folder / "authority.pem", folder / "service.pem", folder / "service.key")
    return Running(Broker("127.0.0.1", port, *files), authority, folder)
