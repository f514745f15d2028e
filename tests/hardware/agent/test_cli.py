"""`kaimen-agent` as an operator meets it: real processes, readable words, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.hardware.agent.server_simulator import CODE, ServerSimulator

_WIRED = """
[access_points.1]
relay = { driver = "simulated" }
[access_points.2]
relay = { driver = "simulated" }
contact = { driver = "simulated" }
"""


def _agent(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hardware.agent.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **more)  # type: ignore[call-overload,no-any-return]


def _claimed(simulator: ServerSimulator, data: Path) -> None:
    answer = _agent("claim", CODE.lower(), "--server", simulator.url, "--data", str(data))
    assert answer.returncode == 0, answer.stderr
    assert "南门" in answer.stdout


def test_claim_keeps_the_key_private_and_says_what_is_next(simulator: ServerSimulator, tmp_path: Path) -> None:
    _claimed(simulator, tmp_path)
    assert (tmp_path / "device.key").stat().st_mode & 0o077 == 0
    assert "gate.toml" in _agent("run", "--data", str(tmp_path)).stderr


def test_run_status_doctor_and_a_clean_stop(simulator: ServerSimulator, tmp_path: Path) -> None:
    _claimed(simulator, tmp_path)
    with (tmp_path / "gate.toml").open("a", encoding="utf-8") as config:
        config.write(_WIRED)
    command = [sys.executable, "-m", "hardware.agent.cli", "run", "--data", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        next(line for line in running.stderr if "at work" in line)
        simulator.wait_connected()
        simulator.wait(lambda: bool(simulator.books.events))
        assert "another agent works" in _agent("run", "--data", str(tmp_path)).stderr
        assert "南门 South gate" in _agent("status", "--data", str(tmp_path)).stdout
        doctor = _agent("doctor", "--data", str(tmp_path))
        assert "knows this gate" in doctor.stdout
        assert "streams" in doctor.stdout
        running.terminate()
        running.stderr.read()
        assert running.wait(20) == 0
    status = _agent("status", "--data", str(tmp_path))
    assert (status.returncode, "no agent runs" in status.stderr) == (1, True)


def test_simulate_plays_what_is_typed(simulator: ServerSimulator, tmp_path: Path) -> None:
    _claimed(simulator, tmp_path)
    typed = "card 04A1B2C3\nfly\ncard\nuse 2\nexit\nquit\n"
    said = _agent("simulate", "--data", str(tmp_path), input=typed)
    assert said.returncode == 0
    assert "OPEN" in said.stdout
    assert "unknown: fly" in said.stdout
    assert "北门" in said.stdout
    assert [p.payload for p in simulator.books.presented] == ["04A1B2C3"]


def test_a_wrong_code_and_an_absent_server_are_told_plainly(simulator: ServerSimulator, tmp_path: Path) -> None:
    wrong = _agent("claim", "ZZZZ2222", "--server", simulator.url, "--data", str(tmp_path))
    assert (wrong.returncode, "404 claim.code" in wrong.stderr) == (1, True)
    absent = _agent("claim", CODE, "--server", "http://127.0.0.1:9", "--data", str(tmp_path))
    assert (absent.returncode, "ConnectError" in absent.stderr) == (1, True)
    plain = _agent("claim", CODE, "--server", "http://far.example", "--data", str(tmp_path / "new"))
    assert (plain.returncode, "https" in plain.stderr) == (1, True)
    assert not (tmp_path / "new").exists()
    assert "Traceback" not in wrong.stderr + absent.stderr
