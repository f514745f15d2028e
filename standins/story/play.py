"""`make demo`: the whole story without hands, each step a real request through the real doors."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.bootstrap import ROOT
from app.demo.folder import DemoFolder, Ports
from standins.story.story import Act, Faces, steps

_PORTS = 5
_LOWEST, _HIGHEST = 20_000, 32_000


class DemoError(Exception):
    """The demo did not start."""


def play(models: Path, link: str = "outbox") -> int:
    """Start the demo on free ports in a folder of its own, play every step, stop it.

    Args:
        link: what carries to the gate, one of `app.demo.linkage.LINKS`.

    Returns:
        0 when every step came out as told, 1 otherwise.
    """
    with tempfile.TemporaryDirectory(prefix="kaimen-demo-") as name:
        folder, ports = DemoFolder(Path(name)), Ports.from_env(free_ports())
        with running(folder, ports, models, link):
            return tell(steps(folder, ports, demo_faces(models)))


def demo_faces(models: Path) -> Faces:
    """The pictures that set-up brings out of a pinned package (two public figures); none is committed."""
    folder = models / "pictures"
    return Faces(folder / "obama.jpg", folder / "obama2.jpg", folder / "biden.jpg")


def tell(story: list[tuple[str, Act]]) -> int:
    """Run the steps in order and print each; stop at the first that fails."""
    for number, (title, act) in enumerate(story, start=1):
        began = time.monotonic()
        try:
            seen = act()
        except Exception as exc:
            click.echo(f"{number:2} FAILED  {title}\n   {type(exc).__name__}: {exc}")
            return 1
        click.echo(f"{number:2} ok {(time.monotonic() - began) * 1000:6.0f} ms  {title}\n   {seen}")
    click.echo(f"\nall {len(story)} steps came out as told")
    return 0


@contextmanager
def running(folder: DemoFolder, ports: Ports, models: Path, link: str = "outbox") -> Iterator[None]:
    """The demo as a process of its own, ready; stopped as by Ctrl-C afterwards.

    Raises:
        DemoError: it did not become ready, with the end of its log.
    """
    command = [sys.executable, "-m", "app.cli", "demo", "run", "--data", str(folder.root)]
    command += ["--port", str(ports.api), "--models", str(models), "--link", link]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True)
    try:
        _await_ready(process, folder)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_ports() -> int:
    """First of five free loopback ports in a row, below those that the system gives to outgoing connections."""
    for _ in range(200):
        first = secrets.randbelow(_HIGHEST - _LOWEST) + _LOWEST
        if all(_is_free(first + i) for i in range(_PORTS)):
            return first
    raise DemoError("no five free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _await_ready(process: subprocess.Popen[str], folder: DemoFolder) -> None:
    """The demo says so itself once every process answers."""
    if process.stdout is None:
        raise DemoError("the demo has no output")
    for line in process.stdout:
        if "is ready" in line:
            click.echo(line.strip())
            return
    log = folder.logs / "demo.log"
    tail = log.read_text(encoding="utf-8")[-3_000:] if log.exists() else ""
    raise DemoError(f"the demo did not become ready\n{tail}")
