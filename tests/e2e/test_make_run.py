"""`make run`'s own promises: a taken port is said, Ctrl-C ends everything, a second start finds its data."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.bootstrap import ROOT
from app.demo.folder import DemoFolder, Ports
from standins.gate.client import GateSimClient
from standins.story.play import free_ports, running

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def command(folder: Path, port: int, models: Path) -> list[str]:
    return [
        sys.executable, "-m", "app.cli", "demo", "run",
        "--data", str(folder), "--port", str(port), "--models", str(models),
    ]  # fmt: skip


def test_a_taken_port_is_said_and_nothing_is_started(tmp_path: Path, models: Path) -> None:
    first = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 1))
        taken.listen()
        done = subprocess.run(
            command(tmp_path / "d", first, models),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {first + 1} (wechat) is taken" in done.stderr
    assert "KAIMEN_DEMO_WECHAT_PORT=" in done.stderr
    assert not (tmp_path / "d").exists()


def test_ctrl_c_ends_every_process(tmp_path_factory: pytest.TempPathFactory, models: Path) -> None:
    folder, first = tmp_path_factory.mktemp("d"), free_ports()
    with subprocess.Popen(
        command(folder, first, models), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        assert any("is ready" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    for port in range(first, first + 4):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)


def test_a_second_start_goes_on_where_the_first_ended(
    tmp_path_factory: pytest.TempPathFactory, models: Path
) -> None:
    folder, ports = DemoFolder(tmp_path_factory.mktemp("d")), Ports.from_env(free_ports())
    for _ in range(2):
        with running(folder, ports, models), GateSimClient(ports.url("gate")) as gate:
            assert gate.wait_ready(60)["network"]["up"]
