"""Residents' requests about their own data as staff see them: from which dwelling; who asks, one at a time."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.rights import RightsRequest
from access.domain.staff import Staff
from access.queries.labels import homes_of
from access.queries.paging import Page, page_of
from access.services import rights
from access.services.house import House


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request and the labels of the dwellings of whoever asks."""

    request: RightsRequest
    homes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request read, with the same labels."""

    asked: rights.Asked
    homes: tuple[str, ...]


def waiting(house: House, staff: Staff, offset: int) -> Page[RequestRow]:
    """What is to be answered, by due date. Raises NotPermitted ``staff.role``."""
    page = page_of(rights.waiting(house, staff), offset)
    with house.db.reading() as stores:
        rows = tuple(RequestRow(one, homes_of(stores, one.person_id, one.estate_id)) for one in page.rows)
    return Page(rows, page.offset, page.more)


def reading(house: House, staff: Staff, request_id: str) -> RequestPage:
    """As `access.services.rights.read`, which records the look and says what it raises."""
    asked = rights.read(house, staff, request_id)
    with house.db.reading() as stores:
        return RequestPage(asked, homes_of(stores, asked.request.person_id, asked.request.estate_id))
