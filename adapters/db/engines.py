"""The two databases: how each connects, begins, and tells that somebody has written."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import psycopg
from peewee import Database as PeeweeHandle
from playhouse.pool import PooledSqliteDatabase
from playhouse.postgres_ext import PooledPsycopg3Database

from access.domain.errors import InvalidInput
from adapters.db.writers import WriterQueue

BUSY_MS = 4_000
"""How long a writer waits for another process's write transaction."""
POOL_SIZE = 20
POOL_WAIT_SECONDS = 4


class Engine(Protocol):
    """What differs between SQLite and PostgreSQL."""

    postgres: bool

    def open(self) -> PeeweeHandle:
        """A peewee handle with a pool; connects to nothing yet."""
        ...

    def write_lock(self) -> AbstractContextManager[Any]:
        """Held around a write transaction of this process."""
        ...

    def begin(self, write: bool) -> str:
        """The statement that begins a transaction."""
        ...

    def data_version(self) -> int: ...

    def close(self) -> None:
        """Close what `data_version` keeps open."""
        ...


class SqliteEngine:
    """A file in WAL mode.

    Writers queue at a lock in their process, then at a locked file between processes. SQLite's own busy handler
    sleeps ever longer (up to 100 ms) and tries again, so that a writer can be overtaken many times.
    """

    postgres = False

    def __init__(self, path: Path, *, durable: bool, busy_ms: int = BUSY_MS) -> None:
        self._path = path
        self._pragmas = {
            "busy_timeout": busy_ms,
            "journal_mode": "wal",
            "synchronous": "full" if durable else "normal",
            "foreign_keys": 1,
            # What is erased is overwritten with zeros, not only unlinked.
            "secure_delete": 1,
        }
        self._writers = WriterQueue(path.with_name(path.name + "-writers"), BUSY_MS)
        self._watch: sqlite3.Connection | None = None
        self._watches = 0
        self._watching = threading.Lock()

    def open(self) -> PeeweeHandle:
        return PooledSqliteDatabase(  # type: ignore[no-any-return]
            str(self._path),
            pragmas=self._pragmas,
            max_connections=None,
            check_same_thread=False,
        )

    def write_lock(self) -> AbstractContextManager[Any]:
        return self._writers.turn()

    def begin(self, write: bool) -> str:
        return "BEGIN IMMEDIATE" if write else "BEGIN"

    def data_version(self) -> int:
        """PRAGMA data_version on a connection of its own: the number means nothing between connections.

        So each connection counts from a higher base: one that was opened anew has surely missed something.
        """
        with self._watching:
            if self._watch is None:
                self._watch = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
                self._watches += 1
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0]) + (self._watches << 32)

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._writers.close()


class _Pool(PooledPsycopg3Database):  # type: ignore[misc]
    """Does not ask each pooled connection whether it lives: BEGIN asks, and a dead one is replaced."""

    def _is_closed(self, conn: Any) -> bool:
        return bool(conn.closed)


class PostgresEngine:
    """PostgreSQL by psycopg 3.

    Write transactions are READ COMMITTED: a conditional update that waited for another transaction checks its
    condition again on the row as it then stands, so that exactly one of many wins, and none has to be repeated
    as it would under SERIALIZABLE. What two use cases must not do at once, they claim by a conditional write.
    """

    postgres = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._watch: psycopg.Connection[Any] | None = None
        self._watching = threading.Lock()

    def open(self) -> PeeweeHandle:
        return _Pool(self._url, max_connections=POOL_SIZE, timeout=POOL_WAIT_SECONDS)

    def write_lock(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def begin(self, write: bool) -> str:
        return "BEGIN" if write else "BEGIN READ ONLY"

    def data_version(self) -> int:
        """The newest finished transaction and those in progress, as one number.

        Every commit changes the server's snapshot, and a snapshot never comes again; nothing is asked of those
        who write, and nothing can be missed while the connection is down.
        """
        with self._watching:
            try:
                return self._snapshot()
            except psycopg.OperationalError:
                self._watch = None
                return self._snapshot()

    def _snapshot(self) -> int:
        if self._watch is None:
            self._watch = psycopg.connect(self._url, autocommit=True)
        row = self._watch.execute("SELECT hashtextextended(pg_current_snapshot()::text, 0)").fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None


def engine_for(url: str, *, durable: bool) -> Engine:
    """The engine of a URL: ``sqlite:///relative``, ``sqlite:////absolute`` or ``postgresql://…``.

    Raises:
        InvalidInput: ``database.url``; the message never holds the URL, which may hold a password.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return SqliteEngine(Path(unquote(parts.path[1:])), durable=durable)
    if parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1:
        return PostgresEngine(url.replace("postgres://", "postgresql://", 1))
    raise InvalidInput("database.url", "use sqlite:///path/to/file or postgresql://user@host/name")
