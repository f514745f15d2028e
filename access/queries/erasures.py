"""Erasures that miss a receipt, the overdue first; and those completed of late, with what each receipt rests on."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.erasure import Cause, Erasure, Holding, Scope
from access.domain.staff import Staff
from access.domain.terminals import Basis
from access.domain.times import DAY
from access.queries.paging import Page, page_of
from access.services.house import House
from access.services.signing import taken_apart
from access.stores import Stores

_DONE_WITHIN = 30 * DAY
_MOST_DONE = 20


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


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt that has come.

    Attributes:
        basis: what it rests on where the holder cannot sign for itself; None where the holder has signed.
    """

    holding: Holding
    holder: str
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class DoneRow:
    """A completed erasure with its receipts."""

    erasure: Erasure
    receipts: tuple[ReceiptRow, ...]


def completed(house: House, staff: Staff) -> tuple[DoneRow, ...]:
    """The newest of the last thirty days, at most twenty."""
    since = house.clock.now() - _DONE_WITHIN
    with house.db.reading() as stores:
        gates = {gate.id: gate.name for gate in stores.gates.gates(staff.estate_id)}
        found = stores.erasures.completed(staff.estate_id, since, _MOST_DONE)
        return tuple(DoneRow(erasure, _receipts(stores, erasure, gates)) for erasure in found)


def _receipts(stores: Stores, erasure: Erasure, gates: dict[str, str]) -> tuple[ReceiptRow, ...]:
    return tuple(
        ReceiptRow(holding, gates.get(holding.holder, ""), _basis(holding.receipt))
        for holding in stores.erasures.holdings(erasure.id)
        if holding.receipt is not None
    )


def _basis(receipt: str) -> Basis | None:
    said = taken_apart(receipt)[0].get("basis")
    return next((basis for basis in Basis if basis == said), None)


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
