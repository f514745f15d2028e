from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from standins.gate.client import GateSimClient
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.server_simulator import CODE, ServerSimulator


@pytest.fixture
def simulator() -> Iterator[ServerSimulator]:
    with ServerSimulator() as running:
        yield running


@pytest.fixture
def estate(simulator: ServerSimulator) -> Estate:
    return Estate(simulator)


@pytest.fixture
def sim_gate(simulator: ServerSimulator, tmp_path: Path) -> Iterator[GateSimClient]:
    """The stand-in as a process, claimed with a code from a file, its link up."""
    code = tmp_path / "code"
    code.write_text(CODE, encoding="ascii")
    command = [sys.executable, "-m", "standins.gate", "--port", "0", "--server", simulator.url]
    command += ["--link", simulator.url, "--data", str(tmp_path / "data"), "--claim-code-file", str(code)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = next(line.split()[-1] for line in process.stdout if "ready" in line)
    with GateSimClient(address) as client:
        client.wait_link(up=True)
        yield client
    process.terminate()
    process.stdout.read()
    process.wait(20)
