"""The agent's journal: intents, firings, used passes and events that must outlive a power cut.

One SQLite file of its own, WAL with `synchronous=FULL`: a committed row is on the disk. The lists of cards and
keys stand in another file, so that taking in 50,000 cards never delays an intent.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hardware.agent import storage

FILE = "journal.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS intents (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, command_id TEXT NOT NULL, op TEXT NOT NULL,
    state TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL, told INTEGER NOT NULL,
    asked INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (epoch, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS untold ON intents (told) WHERE told = 0;
CREATE TABLE IF NOT EXISTS firings (
    event TEXT PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS firings_by_time ON firings (at);
CREATE TABLE IF NOT EXISTS used_passes (
    pass_id TEXT NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS used_by_pass ON used_passes (pass_id);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS receipts (
    holding TEXT PRIMARY KEY, erased_at INTEGER NOT NULL, signature TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inside (
    holder TEXT NOT NULL, area TEXT NOT NULL, direction TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (holder, area)
) WITHOUT ROWID;
"""


class JournalBroken(Exception):  # noqa: N818 - says what is the matter
    """The file cannot be read as a journal."""


class Journal:
    """One connection behind one lock; each `transaction` is durable when it returns.

    Attributes:
        broken: what SQLite said when the file was found damaged in the midst of work; empty while it is sound.
    """

    def __init__(self, path: Path) -> None:
        """Open, or create.

        Raises:
            JournalBroken: the file is damaged; see `hardware.agent.recovery`.
            sqlite3.OperationalError: it cannot be opened now: the disk is full, read-only or gone.
        """
        self.path = path
        self.broken = ""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise JournalBroken(str(found))
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as exc:
            self._db.close()
            if not storage.is_damage(exc):
                raise
            raise JournalBroken(str(exc)) from exc
        except JournalBroken:
            self._db.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write transaction; committed and on the disk when the block ends.

        Raises:
            sqlite3.OperationalError: the disk is full or gone; nothing was written.
        """
        with self._lock, self._noticing():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._noticing():
            yield self._db

    def note(self, name: str, value: str) -> None:
        """Keep a small named value."""
        with self.transaction() as db:
            put(db, name, value)

    def noted(self, name: str) -> str | None:
        with self.reading() as db:
            return get(db, name)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            if storage.is_broken(exc):
                self.broken = str(exc)
            raise


def put(db: sqlite3.Connection, name: str, value: str) -> None:
    db.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
    )


def get(db: sqlite3.Connection, name: str) -> str | None:
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])
