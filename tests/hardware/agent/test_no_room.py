"""A start on a disk without room: nothing that is sound is taken for damaged, and nothing of it is thrown away."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from hardware.agent import storage
from hardware.agent.edge_store import EdgeStore, KeptFace
from hardware.agent.firings import Firings
from hardware.agent.journal import Journal
from hardware.agent.log import EventLog
from hardware.agent.recovery import open_journal
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate

_OPENERS = {
    "journal": "from hardware.agent.recovery import open_journal; open_journal(data)",
    "lists": "from hardware.agent.lists import ListStore; ListStore(data / 'lists.sqlite3')",
    "faces": "from hardware.agent.edge_store import EdgeStore; EdgeStore(data, 'gate')",
}
_WITHOUT_ROOM = """
import resource, sqlite3, sys
from pathlib import Path
data = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    {opener}
except (sqlite3.OperationalError, OSError) as exc:
    print("refused", exc)
"""


def _open_without_room(data: Path, what: str) -> str:
    """Open a store in a process that may not write a byte, as on a full disk."""
    script = _WITHOUT_ROOM.format(opener=_OPENERS[what])
    done = subprocess.run([sys.executable, "-c", script, data], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_sound_journal_is_not_set_aside_for_want_of_room(tmp_path: Path) -> None:
    first = open_journal(tmp_path)
    EventLog(first.journal, 10).append("door", {"ap": "a", "open": True}, 1)
    first.journal.close()
    assert "refused" in _open_without_room(tmp_path, "journal")
    assert not list(tmp_path.glob("journal.damaged.*"))
    again = open_journal(tmp_path)
    assert again.lost is None
    assert EventLog(again.journal, 10).buffered() == 1


def test_sound_lists_are_not_thrown_away_for_want_of_room(estate: Estate, tmp_path: Path) -> None:
    estate.add_card("04A1B2C3")
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
    _open_without_room(tmp_path, "lists")
    estate.simulator.vanish()
    gate = Gate(estate.simulator, tmp_path)
    assert gate.agent.lists.card("04A1B2C3") is not None
    gate.agent.close()


def test_faces_that_stay_here_are_not_thrown_away_for_want_of_room(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, "gate")
    store.put(KeptFace("f" * 16, "p" * 16, "model", 1, 2), [b"reference"])
    store.close()
    _open_without_room(tmp_path, "faces")
    assert EdgeStore(tmp_path, "gate").references("f" * 16) == [b"reference"]


def test_a_journal_that_never_got_its_first_row_is_a_lost_one(tmp_path: Path) -> None:
    """A start that broke off between making the file and writing it must not use the old log epoch again."""
    first = open_journal(tmp_path)
    EventLog(first.journal, 10, first.first_epoch)
    first.journal.close()
    open_journal(tmp_path).journal.close()
    for path in tmp_path.glob("journal.sqlite3*"):
        path.unlink()
    (tmp_path / "journal.sqlite3").touch()
    again = open_journal(tmp_path)
    assert (again.first_epoch, again.lost) == (2, -1)


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_ERROR, True),
        (sqlite3.SQLITE_IOERR_READ, True),
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_IOERR_SHMSIZE, False),
        (sqlite3.SQLITE_IOERR_WRITE, False),
        (sqlite3.SQLITE_CANTOPEN, False),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_READONLY, False),
    ],
)
def test_want_of_room_is_told_from_damage(code: int, damage: bool) -> None:
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    assert storage.is_damage(error) is damage


def test_room_put_by_is_given_back_when_the_disk_is_full(tmp_path: Path) -> None:
    storage.put_by(tmp_path)
    spare = tmp_path / storage.SPARE
    assert spare.stat().st_blocks * 512 >= storage.SPARE_BYTES
    storage.make_way(tmp_path)
    assert spare.exists()
    storage.make_way(tmp_path, free=lambda _: 0)
    assert not spare.exists()
    storage.put_by(tmp_path, free=lambda _: 2 * storage.SPARE_BYTES)
    assert not spare.exists()


def test_an_agent_puts_room_by(estate: Estate, tmp_path: Path) -> None:
    gate = Gate(estate.simulator, tmp_path)
    gate.agent.close()
    assert (tmp_path / storage.SPARE).exists()


def test_used_passes_outlive_a_start_without_room(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    assert Firings(journal, EventLog(journal, 10)).take("e" * 16, "command", 1) == "yes"
    journal.close()
    _open_without_room(tmp_path, "journal")
    again = Journal(tmp_path / "journal.sqlite3")
    assert Firings(again, EventLog(again, 10)).take("e" * 16, "command", 1) == "already"
