"""The audit chain as the audit role sees it: newest first, and verified from its first row."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.audit import AuditEntry
from access.domain.staff import Staff
from access.queries.paging import PAGE, Page
from access.services import verify_audit
from access.services.house import House
from access.stores import Stores

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
    """Check every row against the one before it, and the signed heads against their rows."""
    with house.db.transaction() as stores:
        _note(house, stores, staff, "verify")
    walked = verify_audit.verify(house)
    return Verified(walked.rows, walked.faults[:MAX_FAULTS])


def _note(house: House, stores: Stores, staff: Staff, action: str) -> None:
    details: dict[str, str | int | bool | None] = {"estate": staff.estate_id}
    stores.audit.append(f"staff:{staff.id}", f"staff:audit:{action}", staff.estate_id, details, house.clock.now())
