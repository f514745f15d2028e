"""The demo's processes, each on its own: killed by ``kill -9`` whenever it pleases, and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from app.bootstrap import ROOT
from app.demo.folder import DemoFolder, Ports
from app.demo.linkage import Linkage
from app.demo.supervise import environment, processes

_KEPT = frozenset({"api", "link", "jobs", "carrier"})
CARRIERS = {"redis": "redis", "mqtt": "mosquitto"}
"""Whom a link needs besides SQL."""
_PATIENCE = 60.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Loopback ports beside the demo's own: the two proxies that the gate dials."""

    api_proxy: int
    link_proxy: int


class Processes:
    """api, link, jobs, the gate, and Redis or mosquitto where the link uses it; `starts` counts those of each."""

    def __init__(self, folder: DemoFolder, ports: Ports, more: Addresses, linkage: Linkage) -> None:
        self._env = environment(folder, ports, Path("models"), linkage) | {"KAIMEN_FACE_ADDRESS": ""}
        self._commands = {p.name: p.command for p in processes(folder, ports, linkage) if p.name in _KEPT}
        self._ports = {"api": ports.api, "link": ports.link, "gate": ports.gate}
        if linkage.name in CARRIERS:
            self._commands[CARRIERS[linkage.name]] = self._commands.pop("carrier")
            self._ports[CARRIERS[linkage.name]] = ports.carrier
        scheme = "mqtts" if linkage.name == "mqtt" else "http"
        self.witness = folder.root / "witness"
        self._commands["gate"] = (
            f"{sys.executable} -m benchmarks.chaos.gate {ports.gate} http://127.0.0.1:{more.api_proxy}"
            f" {scheme}://127.0.0.1:{more.link_proxy} {folder.gate} {folder.claim_file} {self.witness}"
        )
        self._log = (folder.logs / "chaos.log").open("ab")
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.starts: Counter[str] = Counter()

    @property
    def environment(self) -> dict[str, str]:
        return self._env

    def names(self) -> list[str]:
        """What can be killed."""
        return list(self._commands)

    def start(self) -> None:
        """Start everything, whoever carries first and the gate last, and wait until each listens."""
        for name in sorted(self._commands, key=lambda name: (name not in CARRIERS.values(), name == "gate")):
            self._start(name)
        for name in self._ports:
            self.wait(name)

    def kill(self, name: str) -> None:
        """``kill -9`` to the process and all its children, then start it again."""
        os.killpg(self._running[name].pid, signal.SIGKILL)
        self._running[name].wait()
        self._start(name)

    def wait(self, name: str) -> None:
        """Until it listens. Raises SystemExit when it does not."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._ports[name]), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit(f"{name} does not listen; see {self._log.name}")

    def stop(self) -> None:
        """End everything, politely first."""
        for process in self._running.values():
            os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._log.close()

    def _start(self, name: str) -> None:
        self.starts[name] += 1
        self._running[name] = subprocess.Popen(
            f"exec {self._commands[name]}",
            shell=True,
            cwd=ROOT,
            env=self._env,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
