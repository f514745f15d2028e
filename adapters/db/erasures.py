"""Erasures and the receipts of those who hold the data, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.erasure import Erasure, Holding
from adapters.db.rows_house import ErasureRow, HoldingRow
from adapters.db.session import Session
from adapters.db.table import Table

_ERASURES = Table(ErasureRow, Erasure)
_HOLDINGS = Table(HoldingRow, Holding)


class SqlErasures:
    """`access.stores.Erasures`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, erasure: Erasure, holdings: Sequence[Holding]) -> None:
        _ERASURES.insert(self._session, erasure)
        for holding in holdings:
            _HOLDINGS.insert(self._session, holding)

    def get(self, erasure_id: str) -> Erasure | None:
        return _ERASURES.one(self._session, "WHERE id = ?", erasure_id)

    def of_person(self, person_id: str) -> Sequence[Erasure]:
        return _ERASURES.all(self._session, "WHERE person_id = ? ORDER BY requested_at, id", person_id)

    def holding(self, holding_id: str) -> Holding | None:
        return _HOLDINGS.one(self._session, "WHERE id = ?", holding_id)

    def holdings(self, erasure_id: str) -> Sequence[Holding]:
        return _HOLDINGS.all(self._session, "WHERE erasure_id = ? ORDER BY kind, holder, id", erasure_id)

    def receipt(self, holding_id: str, receipt: str, at: int) -> bool:
        written = self._session.run(
            "UPDATE holding SET receipt = ?, receipted_at = ? WHERE id = ? AND receipt IS NULL",
            receipt,
            at,
            holding_id,
        )
        return written == 1

    def has_every_receipt(self, erasure_id: str) -> bool:
        """Asked at each of a thousand gates' receipts: reads no receipt."""
        row = self._session.one(
            "SELECT EXISTS (SELECT 1 FROM holding WHERE erasure_id = ?) "
            "AND NOT EXISTS (SELECT 1 FROM holding WHERE erasure_id = ? AND receipt IS NULL)",
            erasure_id,
            erasure_id,
        )
        return bool(row and row[0])

    def complete(self, erasure_id: str, certificate: str, at: int) -> bool:
        """False when it is complete already, has no holder, or a receipt is missing."""
        written = self._session.run(
            "UPDATE erasure SET certificate = ?, completed_at = ? WHERE id = ? AND completed_at IS NULL "
            "AND EXISTS (SELECT 1 FROM holding WHERE erasure_id = erasure.id) "
            "AND NOT EXISTS (SELECT 1 FROM holding WHERE erasure_id = erasure.id AND receipt IS NULL)",
            certificate,
            at,
            erasure_id,
        )
        return written == 1

    def certificate(self, erasure_id: str) -> str | None:
        row = self._session.one("SELECT certificate FROM erasure WHERE id = ?", erasure_id)
        return row[0] if row else None

    def completed(self, estate_id: str, since: int, limit: int) -> Sequence[Erasure]:
        return _ERASURES.all(
            self._session,
            "WHERE estate_id = ? AND completed_at >= ? ORDER BY completed_at DESC, id LIMIT ?",
            estate_id,
            since,
            limit,
        )

    def outstanding(self, estate_id: str | None = None) -> Sequence[Holding]:
        """Oldest first."""
        if estate_id is None:
            return _HOLDINGS.all(self._session, "WHERE receipted_at IS NULL ORDER BY requested_at, id")
        return _HOLDINGS.all(
            self._session,
            "JOIN erasure ON erasure.id = holding.erasure_id "
            "WHERE holding.receipted_at IS NULL AND erasure.estate_id = ? "
            "ORDER BY holding.requested_at, holding.id",
            estate_id,
        )
