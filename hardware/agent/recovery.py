"""Opening the journal whatever state it is in: a damaged one is set aside, what can be read of it is kept.

Buffered events that can be read go into the new journal under a new log epoch; how many could not is said in the
first event of it. Answers to commands are not carried over: a command repeated after that has expired.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from hardware.agent.identity import write_private
from hardware.agent.journal import FILE, Journal, JournalBroken
from hardware.agent.log import EventLog

log = structlog.get_logger(__name__)

_EPOCH = "log_epoch"
_FAR = 1_000_000
_ASIDE_KEPT = 3
_SIDEFILES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Recovered:
    """An open journal.

    Attributes:
        first_epoch: log epoch of a journal that holds none yet; never one used before.
        lost: None for a sound journal; otherwise events that could not be read, -1 when nobody can tell.
    """

    journal: Journal
    first_epoch: int
    lost: int | None


def open_journal(data: Path) -> Recovered:
    """Open, create or rebuild. Raises sqlite3.OperationalError when the disk is full or gone."""
    path = data / FILE
    known, existed = _last_epoch(data), path.exists()
    try:
        journal = Journal(path)
    except JournalBroken as exc:
        log.error("journal.damaged", error=str(exc))
        return _rebuild(data, _never_used() if known is None else known)
    noted = journal.noted("log_epoch")
    if known is None:  # what the journal says is as good, and without it only a new epoch is
        known = _never_used() if noted is None else 0
    if known and (not existed or noted is None):  # an empty file is a start that broke off: no better than none
        log.error("journal.missing", epoch=known)
        _keep_epoch(data, known + 1)
        return Recovered(journal, known + 1, -1)
    held = int(noted or 1)
    if held != known:
        _keep_epoch(data, held)
    return Recovered(journal, held, None)


def _rebuild(data: Path, known: int) -> Recovered:
    aside = data / f"journal.damaged.{int(time.time())}.sqlite3"
    for suffix in _SIDEFILES:
        source = data / (FILE + suffix)
        if source.exists():
            source.rename(aside.with_name(aside.name + suffix))
    _forget_older(data)
    rescued, last_seq = _rescue(aside)
    epoch = known + 1
    _keep_epoch(data, epoch)
    journal = Journal(data / FILE)
    events = EventLog(journal, limit=len(rescued) + 1, first_epoch=epoch)
    with journal.transaction() as db:  # one for all: 50,000 waits for the disk would be minutes of a dead gate
        for at, kind, body in rescued:
            events.append_in(db, kind, body, at)
    lost = max(0, last_seq - len(rescued)) if last_seq is not None else -1
    log.error("journal.rebuilt", kept=len(rescued), lost=lost)
    return Recovered(journal, epoch, lost)


def _forget_older(data: Path) -> None:
    """A card that wears out damages one journal after another: only the newest few are kept to look into."""
    for old in sorted(data.glob("journal.damaged.*.sqlite3"))[:-_ASIDE_KEPT]:
        for suffix in _SIDEFILES:
            old.with_name(old.name + suffix).unlink(missing_ok=True)


Event = tuple[int, str, dict[str, str | int | bool | None]]


def _rescue(aside: Path) -> tuple[list[Event], int | None]:
    """Events that can still be read, and how many there should be (None when that is lost too)."""
    expected: int | None = None
    try:
        db = sqlite3.connect(f"file:{aside}?mode=ro", uri=True)
    except sqlite3.Error:
        return [], expected
    try:
        ends = db.execute("SELECT min(seq), max(seq) FROM events").fetchone()
        expected = 0 if ends[0] is None else ends[1] - ends[0] + 1
    except (sqlite3.Error, TypeError) as exc:
        log.error("journal.unreadable", error=str(exc))
    by_seq = dict(_readable(db, "ASC")) | dict(_readable(db, "DESC"))
    db.close()
    return [by_seq[seq] for seq in sorted(by_seq)], expected


def _readable(db: sqlite3.Connection, order: str) -> Iterator[tuple[int, Event]]:
    """Events from one end up to the first that cannot be read: the damage lies between the two ends."""
    try:
        for seq, at, kind, body in db.execute(f"SELECT seq, at, kind, body FROM events ORDER BY seq {order}"):  # noqa: S608
            yield int(seq), (int(at), str(kind), json.loads(body))
    except (sqlite3.Error, ValueError, TypeError) as exc:
        log.error("journal.unreadable", error=str(exc))


def _last_epoch(data: Path) -> int | None:
    """The newest epoch used; 0 for none yet, None where the file cannot be read."""
    path = data / _EPOCH
    if not path.exists():
        return 0
    try:
        return max(0, int(path.read_text(encoding="ascii")))
    except (OSError, ValueError) as exc:
        log.error("epoch.unreadable", error=str(exc))
        return None


def _never_used() -> int:
    """An epoch above any that was counted up to one by one, and above one like this of a year before."""
    return max(_FAR, int(time.time()))


def _keep_epoch(data: Path, epoch: int) -> None:
    write_private(data / _EPOCH, str(epoch).encode("ascii"))
