"""The event log: (epoch, contiguous seq), hash-chained, on the disk before it counts, uploaded exactly once.

A journal that was lost starts a new log epoch, so the server never mistakes a new event for one it has. When the
buffer is full the oldest stay (the chain cannot have holes) and what was lost is counted and reported.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

import structlog

from hardware import wire
from hardware.agent.journal import Journal, get, put

log = structlog.get_logger(__name__)

_ENDS = "SELECT (SELECT min(seq) FROM events), (SELECT max(seq) FROM events)"

Body = Mapping[str, str | int | bool | None]


class EventLog:
    def __init__(self, journal: Journal, limit: int, first_epoch: int = 1) -> None:
        """`limit`: events kept while nobody takes them. `first_epoch`: of a journal that holds none yet."""
        self._journal = journal
        self._limit = limit
        with journal.transaction() as db:
            if get(db, "log_epoch") is None:
                put(db, "log_epoch", str(first_epoch))
            self.epoch = int(get(db, "log_epoch") or first_epoch)

    def append(self, kind: str, body: Body, at: int) -> bool:
        """Write an event. False when the buffer is full; the loss is counted and reported later.

        Raises:
            sqlite3.OperationalError: the disk is full or gone.
        """
        with self._journal.transaction() as db:
            return self.append_in(db, kind, body, at)

    def append_in(self, db: sqlite3.Connection, kind: str, body: Body, at: int) -> bool:
        """The same within a transaction of the journal: the event stands or falls with what else it writes."""
        if _held(db) >= self._limit:
            put(db, "lost", str(_lost(db) + 1))
            return False
        lost = _lost(db)
        if lost:
            self._write(db, "started", {"cause": "buffer_full", "lost": lost}, at)
            put(db, "lost", "0")
        self._write(db, kind, body, at)
        return True

    def next_batch(self, limit: int = wire.MAX_EVENTS) -> wire.EventUpload | None:
        """The oldest events that the server has not confirmed; None when there are none."""
        with self._journal.reading() as db:
            rows = db.execute(
                "SELECT seq, at, kind, body, hash FROM events ORDER BY seq LIMIT ?", (limit,)
            ).fetchall()
            previous = get(db, "acked_hash") or wire.GENESIS
        if not rows:
            return None
        events = [wire.convert(_row(row), wire.LogEvent) for row in rows]
        return wire.EventUpload(self.epoch, previous, events)

    def acknowledged(self, seq: int) -> int:
        """The server holds everything up to `seq`: let go of it. Returns how many were let go."""
        with self._journal.transaction() as db:
            row = db.execute("SELECT hash FROM events WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (seq,)).fetchone()
            if row is None:
                return 0
            put(db, "acked_hash", str(row[0]))
            return db.execute("DELETE FROM events WHERE seq <= ?", (seq,)).rowcount

    def begin_epoch(self) -> None:
        """Start a new epoch with the events still held, numbered from 1 and chained anew."""
        with self._journal.transaction() as db:
            rows = db.execute("SELECT seq, at, kind, body, hash FROM events ORDER BY seq").fetchall()
            db.execute("DELETE FROM events")
            self.epoch += 1
            for name, value in (("log_epoch", str(self.epoch)), ("last_seq", "0"), ("acked_hash", wire.GENESIS)):
                put(db, name, value)
            for _seq, at, kind, body, _hash in rows:
                self._write(db, kind, json.loads(body), at)
        log.error("log.new_epoch", epoch=self.epoch, events=len(rows))

    def buffered(self) -> int:
        with self._journal.reading() as db:
            return _held(db)

    def lost(self) -> int:
        """Events that found no room and were not yet reported."""
        with self._journal.reading() as db:
            return _lost(db)

    def _write(self, db: sqlite3.Connection, kind: str, body: Body, at: int) -> None:
        last = db.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        seq = int(last[0] if last else get(db, "last_seq") or 0) + 1
        previous = str(last[1]) if last else get(db, "acked_hash") or wire.GENESIS
        unhashed = {"seq": seq, "at": at, "kind": kind, "body": dict(body), "hash": wire.GENESIS}
        digest = wire.event_hash(previous, self.epoch, wire.convert(unhashed, wire.LogEvent))
        text = json.dumps(dict(body), ensure_ascii=False)
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", (seq, at, kind, text, digest))
        put(db, "last_seq", str(seq))


def _row(row: tuple[int, int, str, str, str]) -> dict[str, object]:
    return {"seq": row[0], "at": row[1], "kind": row[2], "body": json.loads(row[3]), "hash": row[4]}


def _held(db: sqlite3.Connection) -> int:
    """Contiguous, so the ends tell; counting 50,000 rows would take longer than writing one.

    Each end is asked for by itself: SQLite walks the whole table for both in one question.
    """
    first, last = db.execute(_ENDS).fetchone()
    return 0 if first is None else int(last) - int(first) + 1


def _lost(db: sqlite3.Connection) -> int:
    return int(get(db, "lost") or 0)
