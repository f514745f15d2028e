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


class SqlAudit:
    """`access.stores.Audit`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(
        self, actor: str, tag: str, subject: str, details: dict[str, str | int | bool | None], at: int
    ) -> AuditEntry:
        """The next row of the chain; others who append wait until this transaction ends."""
        hold_audit(self._session)
        last = self._session.one("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1")
        seq, previous = last or (0, GENESIS)
        entry = chain(seq + 1, at, actor, tag, subject, details, previous)
        _ENTRIES.insert(self._session, entry)
        return entry

    def page(self, after_seq: int, limit: int) -> Sequence[AuditEntry]:
        return _ENTRIES.all(self._session, "WHERE seq > ? ORDER BY seq LIMIT ?", after_seq, limit)

    def last_seq(self) -> int:
        row = self._session.one("SELECT COALESCE(MAX(seq), 0) FROM audit_entry")
        return int(row[0]) if row else 0

    def add_look(self, look: Look) -> None:
        _LOOKS.insert(self._session, look)

    def looks_of(self, person_id: str, limit: int) -> Sequence[Look]:
        """Newest first."""
        return _LOOKS.all(self._session, "WHERE person_id = ? ORDER BY at DESC, id LIMIT ?", person_id, limit)
