"""Names for staff: only with a purpose, each read recorded for the person to see, and counted."""

from __future__ import annotations

from collections.abc import Iterable

from access.domain.errors import TooOften
from access.domain.reading import ReadPurpose
from access.domain.staff import Staff
from access.domain.times import HOUR
from access.services.house import House
from access.services.personal_data import PersonalData, Reader, read
from access.stores import Stores

MAX_LOOKS = 300
"""People whose names one staff member may read within an hour."""


def names(
    house: House, stores: Stores, staff: Staff, person_ids: Iterable[str], purpose: ReadPurpose
) -> dict[str, PersonalData]:
    """Name and masked phone by person id, inside the caller's write transaction.

    Raises:
        TooOften: ``looks.many`` beyond 300 people an hour.
    """
    wanted = list(dict.fromkeys(person_ids))
    if not all(house.limiter.allow(f"looks/{staff.id}", MAX_LOOKS, HOUR) for _ in wanted):
        raise TooOften("looks.many", "more names than the hourly limit")
    return read(stores, house.keyring, wanted, Reader(f"staff:{staff.id}", purpose, house.clock.now()))
