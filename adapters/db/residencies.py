"""Residencies, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from access.domain.residency import Home, Residency, ResidencyStatus
from adapters.db.rows_rights import ResidencyRow
from adapters.db.session import Session
from adapters.db.table import Table

_RESIDENCIES = Table(ResidencyRow, Residency)


class SqlResidencies:
    """`access.stores.Residencies`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, residency_id: str) -> Residency | None:
        return _RESIDENCIES.one(self._session, "WHERE id = ?", residency_id)

    def add(self, residency: Residency) -> None:
        _RESIDENCIES.insert(self._session, residency)

    def update(self, residency: Residency, expected: ResidencyStatus) -> bool:
        where = "id = ? AND status = ?"
        return _RESIDENCIES.update(self._session, residency, where, residency.id, expected.value) == 1

    def of_person(self, person_id: str) -> Sequence[Residency]:
        return _RESIDENCIES.all(self._session, "WHERE person_id = ? ORDER BY requested_at, id", person_id)

    def of_household(self, household_id: str) -> Sequence[Residency]:
        return _RESIDENCIES.all(self._session, "WHERE household_id = ? ORDER BY requested_at, id", household_id)

    def of_estate(self, estate_id: str, status: ResidencyStatus) -> Sequence[Residency]:
        return _RESIDENCIES.all(
            self._session,
            "WHERE estate_id = ? AND status = ? ORDER BY requested_at, id",
            estate_id,
            status.value,
        )

    def homes(self, estate_id: str, at: int) -> Iterable[Home]:
        rows = self._session.all(
            "SELECT person_id, building_id, valid_from, valid_to FROM residency "
            "WHERE estate_id = ? AND status = ? AND valid_to > ? ORDER BY id",
            estate_id,
            ResidencyStatus.APPROVED.value,
            at,
        )
        return map(Home._make, rows)

    def lapsed(self, at: int, limit: int) -> Sequence[Residency]:
        return _RESIDENCIES.all(
            self._session,
            "WHERE status = ? AND valid_to <= ? ORDER BY valid_to LIMIT ?",
            ResidencyStatus.APPROVED.value,
            at,
            limit,
        )
