"""The journal's file: its log epoch, what is kept of damaged ones, and that it stays quick when it is full."""

from __future__ import annotations

from pathlib import Path

from access.domain.ids import new_id
from hardware.agent.intents import Intents
from hardware.agent.journal import Journal
from hardware.agent.log import EventLog
from hardware.agent.recovery import open_journal


def test_writing_an_event_does_not_walk_through_those_that_wait(tmp_path: Path) -> None:
    """A gate that is alone for days holds 50,000 of them, and the person at the door waits for one more."""
    journal = Journal(tmp_path / "journal.sqlite3")
    log = EventLog(journal, 10_000)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with journal.transaction() as db:
        for n in range(3_000):
            log.append_in(db, "held", {"ap": "a", "seconds": n}, 1)
        db.set_progress_handler(count, 100)
        log.append_in(db, "held", {"ap": "a", "seconds": 0}, 1)
        db.set_progress_handler(None, 0)
    assert steps < 10


def test_forgetting_old_firings_does_not_sort_them_all(tmp_path: Path) -> None:
    """It happens after each answer, in the same file that the next person's opening has to be written to."""
    journal = Journal(tmp_path / "journal.sqlite3")
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with journal.transaction() as db:
        db.executemany("INSERT INTO firings VALUES (?, ?, 'command')", ((new_id(), n) for n in range(5_000)))
    with journal.reading() as db:
        db.set_progress_handler(count, 100)
        Intents(journal).told([])
        db.set_progress_handler(None, 0)
    assert steps < 200  # hundreds of SQLite's own steps; sorted anew each time they are 450


def test_a_damaged_epoch_file_stops_nobody_while_the_journal_is_sound(tmp_path: Path) -> None:
    journal = open_journal(tmp_path).journal
    EventLog(journal, 10, 7)
    journal.close()
    (tmp_path / "log_epoch").write_bytes(b"\xffx")
    again = open_journal(tmp_path)
    assert (again.first_epoch, again.lost) == (7, None)
    assert (tmp_path / "log_epoch").read_text(encoding="ascii") == "7"
    again.journal.close()


def test_with_epoch_file_and_journal_damaged_a_new_epoch_is_none_of_the_old(tmp_path: Path) -> None:
    (tmp_path / "log_epoch").write_bytes(b"")
    (tmp_path / "journal.sqlite3").write_bytes(b"this is no database" * 500)
    recovered = open_journal(tmp_path)
    assert (recovered.first_epoch > 1_000_000, recovered.lost) == (True, -1)
    recovered.journal.close()
    again = open_journal(tmp_path)
    assert (again.first_epoch, again.lost) == (recovered.first_epoch, None)


def test_only_the_newest_damaged_journals_are_kept(tmp_path: Path) -> None:
    for second in range(1, 6):
        for suffix in ("", "-wal"):
            (tmp_path / f"journal.damaged.{1_700_000_000 + second}.sqlite3{suffix}").touch()
    (tmp_path / "journal.sqlite3").write_bytes(b"this is no database" * 500)
    open_journal(tmp_path).journal.close()
    kept = sorted(path.name for path in tmp_path.glob("journal.damaged.*.sqlite3"))
    assert kept[:2] == [f"journal.damaged.170000000{second}.sqlite3" for second in (4, 5)]
    assert len(kept) == 3
    assert len(list(tmp_path.glob("journal.damaged.*-wal"))) <= 3
