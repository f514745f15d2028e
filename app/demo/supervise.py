"""`make run`: every process under honcho, waited for until each answers, stopped cleanly on Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from honcho.manager import Manager
from honcho.printer import Printer

from app.bootstrap import ROOT
from app.demo.folder import DemoFolder, Ports
from app.demo.linkage import Linkage

READY_SECONDS = 60.0
PAUSE = 0.1
_LAST_LINES = 15
_FAREWELLS = (" system ", "exiting", "Shutting")


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the demo.

    Attributes:
        answers: address asked until it answers; empty where the process has none.
        socket: unix socket to ask through instead of TCP.
    """

    name: str
    command: str
    answers: str = ""
    socket: Path | None = None


class PortTakenError(Exception):
    """A port of the demo is in use by something else."""


def processes(folder: DemoFolder, ports: Ports, linkage: Linkage) -> tuple[Process, ...]:
    """What the demo consists of. Raises LinkMissingError."""
    carrier = linkage.command()
    gunicorn = f"{sys.executable} -m gunicorn"
    return (
        *((Process("carrier", carrier),) if carrier else ()),
        Process(
            "face",
            f"{gunicorn} -c python:app.gunicorn_face 'app.face:create()'",
            "http://face/v1/model",
            folder.face_socket,
        ),
        Process("api", f"{gunicorn} -c python:app.gunicorn_api wsgi:app", ports.url("api") + "/healthz"),
        Process(
            "link", f"{gunicorn} -c python:app.gunicorn_link 'app.link:create()'", ports.url("link") + "/healthz"
        ),
        Process("jobs", f"{sys.executable} -m app.jobs"),
        Process(
            "wechat",
            f"{sys.executable} -m standins.wechat --port {ports.wechat} --data {folder.wechat}"
            f" --callback-url {ports.url('api')}/wechat/callback --staff-secrets {folder.staff_file}",
            ports.url("wechat") + "/",
        ),
        Process(
            "gate",
            f"{sys.executable} -m standins.gate --port {ports.gate} --server {ports.url('api')}"
            f" --link {linkage.gate_address(ports)} --claim-code-file {folder.claim_file} --data {folder.gate}",
            ports.url("gate") + "/",
        ),
    )


def check_ports(ports: Ports, link: str) -> None:
    """Raises PortTakenError naming the port, its use and the setting that changes it."""
    for name in ("api", "wechat", "link", "gate", *(() if link == "outbox" else ("carrier",))):
        number = getattr(ports, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError as exc:
                raise PortTakenError(
                    f"Port {number} ({name}) is taken. Stop the program that has it, or choose another port:\n"
                    f"  KAIMEN_DEMO_{name.upper()}_PORT={number + 100} make run"
                ) from exc


def environment(folder: DemoFolder, ports: Ports, models: Path, linkage: Linkage) -> dict[str, str]:
    """Environment of every process: ours, the demo's settings, and where each listens."""
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("KAIMEN_")},
        **folder.environment(ports, models),
        **folder.stand_in_environment(),
        **linkage.environment(ports),
        "KAIMEN_API_BIND": f"127.0.0.1:{ports.api}",
        "KAIMEN_API_WORKERS": "1",
        "KAIMEN_LINK_BIND": f"127.0.0.1:{ports.link}",
        "KAIMEN_FACE_BIND": f"unix:{folder.face_socket}",
        "KAIMEN_LOG_LEVEL": os.environ.get("KAIMEN_LOG_LEVEL", "warning"),
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


class Supervisor:
    """Starts the demo's processes and says when all answer."""

    def __init__(self, folder: DemoFolder, ports: Ports, models: Path, linkage: Linkage, *, log: Path) -> None:
        """Raises LinkMissingError."""
        self._processes = processes(folder, ports, linkage)
        self._log = log
        self._manager = Manager(Printer(log.open("w", encoding="utf-8"), colour=False))
        env = environment(folder, ports, models, linkage)
        for process in self._processes:
            self._manager.add_process(process.name, process.command, env=env, cwd=str(ROOT), quiet=False)

    def run(self, when_ready: Callable[[], None]) -> int:
        """Block until a process ends or Ctrl-C; the exit code. `when_ready` is called once all answer."""
        threading.Thread(target=self._watch, args=(when_ready,), daemon=True).start()
        self._manager.loop()
        code = self._manager.returncode
        if code is None or code in (-signal.SIGINT, 130):
            return 0
        sys.stderr.write(f"a process ended by itself; the end of {self._log}:\n{self._last_words()}\n")
        return int(code) or 1

    def stop(self) -> None:
        """End every process; `run` then returns."""
        self._manager.terminate()

    def _last_words(self) -> str:
        """The log's last lines, without those in which honcho ends the others."""
        lines = self._log.read_text(encoding="utf-8").splitlines()
        told = [line for line in lines if not any(word in line for word in _FAREWELLS)]
        return "\n".join(told[-_LAST_LINES:])

    def _watch(self, when_ready: Callable[[], None]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        for process in self._processes:
            while process.answers and not _answers(process):
                if time.monotonic() > deadline:
                    sys.stderr.write(
                        f"{process.name} did not answer within {READY_SECONDS:.0f} s; see its lines above\n"
                    )
                    self.stop()
                    return
                time.sleep(PAUSE)
        when_ready()


def _answers(process: Process) -> bool:
    transport = httpx.HTTPTransport(uds=str(process.socket)) if process.socket else httpx.HTTPTransport()
    try:
        with httpx.Client(transport=transport, timeout=2.0) as client:
            return client.get(process.answers).status_code < 500  # noqa: PLR2004 - server errors
    except httpx.HTTPError:
        return False
