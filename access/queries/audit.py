"""The audit chain as the audit role sees it: newest first, and verified from its first row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from access.domain.audit import AuditEntry, faults
from access.domain.staff import Staff
from access.queries.paging import PAGE, Page
from access.services.house import House
from access.stores import Stores

BATCH = 1_000
MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """Outcome of a verification: how many rows were read, and the first faults in words."""

    rows: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row; what it says is shown where it surely is of the reader's own estate.

    Attributes:
        own: of the estate, or of the only one there is.
    """

    entry: AuditEntry
    own: bool


def newest(house: House, staff: Staff, offset: int) -> Page[AuditRow]:
    """Rows of the chain, newest first; looking is itself recorded, once and not again for each further page."""
    with house.db.transaction() as stores:
        if offset == 0:
            _note(house, stores, staff, "read")
        last = stores.audit.last_seq() - offset
        first = max(last - PAGE, 0)
        rows = stores.audit.page(first, max(last - first, 0)) if last > 0 else []
        only_one = len(stores.places.estates()) == 1
    found = (AuditRow(e, only_one or e.details.get("estate") == staff.estate_id) for e in reversed(rows))
    return Page(tuple(found), offset, first > 0)


def verify(house: House, staff: Staff) -> Verified:
    """Check every row against the one before it."""
    with house.db.transaction() as stores:
        _note(house, stores, staff, "verify")
    with house.db.reading() as stores:
        rows = stores.audit.last_seq()
        found = tuple(islice(faults(_all(stores)), MAX_FAULTS))
    return Verified(rows, found)


def _all(stores: Stores) -> Iterator[AuditEntry]:
    after = 0
    while batch := stores.audit.page(after, BATCH):
        yield from batch
        after = batch[-1].seq


def _note(house: House, stores: Stores, staff: Staff, action: str) -> None:
    details: dict[str, str | int | bool | None] = {"estate": staff.estate_id}
    stores.audit.append(f"staff:{staff.id}", f"staff:audit:{action}", staff.estate_id, details, house.clock.now())
