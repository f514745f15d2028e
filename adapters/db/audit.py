"""The audit chain and the record of look-ups, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.audit import GENESIS, AuditEntry, chain
from access.domain.reading import Look
from adapters.db.locks import hold_audit
from adapters.db.rows_house import AuditEntryRow, LookRow
from adapters.db.session import Session
from adapters.db.table import Table

_ENTRIES = Table(AuditEntryRow, AuditEntry)
_LOOKS = Table(LookRow, Look)

_Row = tuple[int, str, str, str, dict[str, str | int | bool | None]]
"""at, actor, tag, subject, details."""


class SqlAudit:
    """`access.stores.Audit`.

    Rows wait until the transaction is about to commit. Whoever chains has to keep all others from chaining, so
    it is the last thing a transaction does: nobody who waits for the chain is waited for, and it is held only
    for as long as the commit takes.
    """

    __slots__ = ("_session", "_waiting")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: list[_Row] = []

    def append(
        self, actor: str, tag: str, subject: str, details: dict[str, str | int | bool | None], at: int
    ) -> None:
        self._session.must_write()
        if not self._waiting:
            self._session.before_commit.append(self._chain)
        self._waiting.append((at, actor, tag, subject, dict(details)))

    def page(self, after_seq: int, limit: int) -> Sequence[AuditEntry]:
        self._chain()
        return _ENTRIES.all(self._session, "WHERE seq > ? ORDER BY seq LIMIT ?", after_seq, limit)

    def last_seq(self) -> int:
        self._chain()
        row = self._session.one("SELECT COALESCE(MAX(seq), 0) FROM audit_entry")
        return int(row[0]) if row else 0

    def last_at(self, tag: str, subject: str) -> int | None:
        self._chain()
        row = self._session.one("SELECT MAX(at) FROM audit_entry WHERE subject = ? AND tag = ?", subject, tag)
        return row[0] if row else None

    def add_look(self, look: Look) -> None:
        _LOOKS.insert(self._session, look)

    def looks_of(self, person_id: str, limit: int) -> Sequence[Look]:
        """Newest first."""
        return _LOOKS.all(self._session, "WHERE person_id = ? ORDER BY at DESC, id LIMIT ?", person_id, limit)

    def people_read_by(self, reader: str, since: int) -> frozenset[str]:
        rows = self._session.all("SELECT DISTINCT person_id FROM look WHERE reader = ? AND at >= ?", reader, since)
        return frozenset(person for (person,) in rows)

    def _chain(self) -> None:
        if not self._waiting:
            return
        hold_audit(self._session)
        last = self._session.one("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1")
        newest, previous = last or (0, GENESIS)
        for seq, row in enumerate(self._waiting, newest + 1):
            entry = chain(seq, *row, previous)
            _ENTRIES.insert(self._session, entry)
            previous = entry.hash
        self._waiting.clear()
