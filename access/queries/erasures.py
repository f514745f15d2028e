"""Erasures that still miss a receipt: the overdue first, then the oldest."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.erasure import Cause, Holding, Scope
from access.domain.staff import Staff
from access.queries.paging import Page, page_of
from access.services.house import House


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """A holder that has not sent its receipt.

    Attributes:
        holder: a gate's name, or the kind's own word.
    """

    holding: Holding
    holder: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """One erasure and what it waits for; `person_id` stands for the person, whose name may be gone."""

    erasure_id: str
    person_id: str
    scope: Scope
    cause: Cause
    requested_at: int
    holders: int
    waiting: tuple[HoldingRow, ...]

    @property
    def overdue(self) -> bool:
        return any(row.overdue for row in self.waiting)


def outstanding(house: House, staff: Staff, offset: int) -> Page[ErasureRow]:
    """Erasures of the estate that are not complete: overdue ones first, then by age."""
    now = house.clock.now()
    with house.db.reading() as stores:
        gates = {gate.id: gate.name for gate in stores.gates.gates(staff.estate_id)}
        waiting: dict[str, list[HoldingRow]] = {}
        for holding in stores.erasures.outstanding(staff.estate_id):
            row = HoldingRow(holding, gates.get(holding.holder, ""), holding.is_overdue(now))
            waiting.setdefault(holding.erasure_id, []).append(row)
        found = []
        for erasure_id, rows in waiting.items():
            erasure = stores.erasures.get(erasure_id)
            if erasure is not None:
                holders = len(stores.erasures.holdings(erasure_id))
                found.append(
                    ErasureRow(
                        erasure.id,
                        erasure.person_id,
                        erasure.scope,
                        erasure.cause,
                        erasure.requested_at,
                        holders,
                        tuple(rows),
                    )
                )
    return page_of(sorted(found, key=lambda row: (not row.overdue, row.requested_at)), offset)
