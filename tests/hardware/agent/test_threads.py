"""What was not foreseen must not make a gate deaf: its threads go on, and what cannot go on is started anew."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from access.domain.ids import new_id
from hardware import wire
from hardware.agent import chores, identity, server
from hardware.agent.keys import TrustedKeys
from hardware.agent.link import Link, Listeners, Patience
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import CODE, ServerSimulator

_WIRED = """
[access_points.1]
relay = { driver = "simulated" }
[access_points.2]
relay = { driver = "simulated" }
"""


class _Stumbling(Link):
    """A carrier whose first connection breaks in a way nobody thought of."""

    tries = 0

    def once(self) -> bool:
        self.tries += 1
        if self.tries == 1:
            raise ValueError("not thought of")
        self.ended.set()
        return False

    def hang_up(self) -> None:
        """Nothing is open."""


def test_a_link_that_stumbles_connects_again() -> None:
    link = _Stumbling(Listeners(*[lambda _: None] * 4), Patience(silence=10, longest=0.001))
    link.run()
    assert (link.tries, link.why_down) == (2, "not thought of")


def test_the_regular_chores_go_on_after_a_full_disk(estate: Estate, tmp_path: Path) -> None:
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()

        def no_room() -> None:
            raise OSError(28, "No space left on device")

        gate.agent._chores._renew = no_room
        gate.agent.sync_now()
        estate.version = 2
        estate.publish()
        gate.agent.sync_now()
        gate.wait_lists(2)


def test_new_signing_keys_are_in_force_though_they_cannot_be_written(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    claimed = server.claim(simulator.url, tmp_path, CODE)
    keys = TrustedKeys(tmp_path / "gone", claimed)
    fresh = wire.certify("next", b"n" * 32, simulator.books.root_seed)
    keys.replace(msgspec.json.encode([fresh]))
    assert set(keys.live()) == {"next"}


def test_a_command_finds_a_journal_that_broke_and_does_not_stop_the_link(estate: Estate, tmp_path: Path) -> None:
    with Gate(estate.simulator, tmp_path) as gate:
        _break(tmp_path, "intents")
        frame = estate.simulator.frame("open", {"event": new_id(), "relay_ms": 200})
        assert not gate.agent._commands.receive(frame)
        assert gate.terminal.relay.fired == []
        assert "damaged" in gate.agent.ails()


def test_a_running_agent_whose_journal_broke_ends_and_the_next_start_rebuilds_it(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    server.claim(simulator.url, tmp_path, CODE)
    config = f'server = "{simulator.url}"\nlink = "{simulator.url}"\n{_WIRED}'
    (tmp_path / "gate.toml").write_text(config, encoding="utf-8")
    command = [sys.executable, "-m", "hardware.agent.cli", "run", "--data", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        next(line for line in running.stderr if "at work" in line)
        simulator.wait(lambda: 1 in simulator.books.events)
        _break(tmp_path, "events")
        assert "damaged" in running.stderr.read()
        assert running.wait(30) == 1
    with Gate(simulator, tmp_path):
        simulator.wait(lambda: 2 in simulator.books.events)


def test_the_service_manager_hears_that_the_agent_is_ready_and_alive(
    simulator: ServerSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.claim(simulator.url, tmp_path, CODE)
    config = f'server = "{simulator.url}"\nlink = "{simulator.url}"\n{_WIRED}'
    (tmp_path / "gate.toml").write_text(config, encoding="utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(30)
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        command = [sys.executable, "-m", "hardware.agent.cli", "run", "--data", str(tmp_path)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
            assert [manager.recv(100) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]
            running.terminate()
            while (heard := manager.recv(100)) == b"WATCHDOG=1":
                continue
            assert heard == b"STOPPING=1"


def test_a_half_written_device_key_is_made_anew(tmp_path: Path) -> None:
    """The disk was full at the first claim: the key's file is there and holds nothing."""
    (tmp_path / "device.key").touch(mode=0o600)
    made = identity.device_seed(tmp_path)
    assert (len(made), identity.device_seed(tmp_path)) == (wire.KEY_BYTES, made)


def _break(data: Path, table: str) -> None:
    """Make a table of the journal point beyond the file: SQLite then finds the image malformed."""
    with sqlite3.connect(data / "journal.sqlite3", timeout=10) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET rootpage = 99999 WHERE name = ?", (table,))
        seen = int(db.execute("PRAGMA schema_version").fetchone()[0])
        db.execute(f"PRAGMA schema_version = {seen + 1}")


def test_the_service_soon_hears_which_lists_a_gate_holds(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff who revoke a card see at which gates that has arrived, without waiting for the regular check."""
    monkeypatch.setattr(chores, "SAID_SECONDS", (0.0, 0.01))
    estate.version = 3
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists(3)
        estate.simulator.wait(lambda: "3" in estate.simulator.books.snapshot_requests)
