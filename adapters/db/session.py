"""One open transaction: plain SQL in, tuples out. The same text runs on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

Values = Sequence[Any]
Row = tuple[Any, ...]


class Cursor(Protocol):
    """What is used of a DB-API cursor (PEP 249)."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Row | None: ...
    def fetchall(self) -> list[Row]: ...


Execute = Callable[[str, Values], Cursor]


@lru_cache(maxsize=1024)
def _for_psycopg(sql: str) -> str:
    """The house writes ``?``; psycopg wants ``%s``. No statement holds either as a literal."""
    return sql.replace("?", "%s")


class Session:
    """Runs statements in the transaction that `PeeweeDatabase` opened.

    Attributes:
        postgres: true on PostgreSQL, false on SQLite.
        writable: false inside `PeeweeDatabase.reading`.
        before_commit: what is left to write when the use case has done its part.
        after_commit: calls to make once the transaction is committed.
    """

    __slots__ = ("_execute", "after_commit", "before_commit", "postgres", "writable")

    def __init__(self, execute: Execute, *, postgres: bool, writable: bool) -> None:
        self._execute = execute
        self.postgres = postgres
        self.writable = writable
        self.before_commit: list[Callable[[], None]] = []
        self.after_commit: list[Callable[[], None]] = []

    def one(self, sql: str, *values: Any) -> Row | None:
        """First row of a look-up."""
        return self._ran(sql, values).fetchone()

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Every row of a look-up."""
        return self._ran(sql, values).fetchall()

    def run(self, sql: str, *values: Any) -> int:
        """Write; the number of rows touched."""
        self.must_write()
        return self._ran(sql, values).rowcount

    def returned(self, sql: str, *values: Any) -> list[Row]:
        """Write with RETURNING; the rows."""
        self.must_write()
        return self._ran(sql, values).fetchall()

    def must_write(self) -> None:
        """Raises RuntimeError inside `PeeweeDatabase.reading`."""
        if not self.writable:
            raise RuntimeError("reading() is for look-ups only: open a transaction() to write")

    def _ran(self, sql: str, values: Values) -> Cursor:
        return self._execute(_for_psycopg(sql) if self.postgres else sql, values)


def marks(values: Sequence[object]) -> str:
    """As many question marks as values, for ``IN (…)``."""
    return ", ".join("?" * len(values))
