"""Alarms: what is late is said in the audit chain, once a day; who answers for a silent alarm is noted there."""

from __future__ import annotations

from collections import Counter

from access.domain.errors import NotPermitted
from access.domain.staff import Staff, StaffRole
from access.services.house import House

SEEN = "staff:alarm:seen"


def late_erasures(house: House) -> int:
    """Name the holders that have not sent their receipt in time (law L12); how many. A periodic duty."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        late = [holding for holding in stores.erasures.outstanding() if holding.is_overdue(now)]
        found: Counter[tuple[str, str]] = Counter()
        for holding in late:
            erasure = stores.erasures.get(holding.erasure_id)
            if erasure is not None:
                found[erasure.estate_id, holding.holder] += 1
        for (estate_id, holder), count in sorted(found.items()):
            details: dict[str, str | int | bool | None] = {"estate": estate_id, "late": count}
            stores.audit.append("job", "alarm:erasure:overdue", holder, details, now)
    return len(late)


def note_seen(house: House, staff: Staff) -> None:
    """Somebody of security is on it: the alarm leaves the pages, and the record says who took it.

    Raises:
        NotPermitted: ``staff.role`` without the security role.
    """
    if StaffRole.SECURITY not in staff.roles:
        raise NotPermitted("staff.role", "this needs the security role")
    with house.db.transaction() as stores:
        stores.audit.append(f"staff:{staff.id}", SEEN, staff.estate_id, {}, house.clock.now())
