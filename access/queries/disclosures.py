"""Requests by an authority as staff see them: of which door or of which dwelling's resident. No names."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.disclosure import Case
from access.domain.errors import NotFound
from access.domain.places import AccessPoint
from access.domain.staff import Staff
from access.queries.labels import homes_of
from access.queries.paging import Page, page_of
from access.services import disclose
from access.services.house import House
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case.

    Attributes:
        door: the named access point; None where a person is named, or the door is gone.
        homes: labels of the named person's dwellings.
        own: the staff member opened it, so somebody else says whether it is right.
    """

    case: Case
    door: AccessPoint | None
    homes: tuple[str, ...]
    own: bool


def listing(house: House, staff: Staff, offset: int) -> Page[CaseRow]:
    """Cases of the estate, newest first. Raises NotPermitted ``staff.role``."""
    page = page_of(disclose.cases(house, staff), offset)
    with house.db.reading() as stores:
        rows = tuple(_row(stores, case, staff) for case in page.rows)
    return Page(rows, page.offset, page.more)


def one(house: House, staff: Staff, case_id: str) -> CaseRow:
    """One case of the estate. Raises NotPermitted ``staff.role``, NotFound ``disclosure.unknown``."""
    found = next((case for case in disclose.cases(house, staff) if case.id == case_id), None)
    if found is None:
        raise NotFound("disclosure.unknown", "no such case in this estate")
    with house.db.reading() as stores:
        return _row(stores, found, staff)


def _row(stores: Stores, case: Case, staff: Staff) -> CaseRow:
    door = stores.places.access_point(case.access_point_id) if case.access_point_id else None
    homes = homes_of(stores, case.person_id, case.estate_id) if case.person_id else ()
    return CaseRow(case, door, homes, case.opened_by == staff.id)
