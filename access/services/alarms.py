"""Alarms: what is late is said in the audit chain; who answers for a silent alarm is noted there."""

from __future__ import annotations

from collections import defaultdict

from access.domain.erasure import OVERDUE_AFTER
from access.domain.errors import NotPermitted
from access.domain.staff import Staff, StaffRole
from access.domain.times import DAY
from access.services.house import House

SEEN = "staff:alarm:seen"
OVERDUE = "alarm:erasure:overdue"


def late_erasures(house: House) -> int:
    """Name the holders that have not sent their receipt in time (law L12); how many. A periodic duty.

    Each holder is named when something of it becomes late, and then once a day.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        late = [holding for holding in stores.erasures.outstanding() if holding.is_overdue(now)]
        found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for holding in late:
            erasure = stores.erasures.get(holding.erasure_id)
            if erasure is not None:
                late_at = holding.requested_at + OVERDUE_AFTER[holding.kind]
                found[erasure.estate_id, holding.holder].append(late_at)
        said = {holder: stores.audit.last_at(OVERDUE, holder) for _, holder in found}
        for (estate_id, holder), times in sorted(found.items()):
            last = said[holder]
            if last is None or now - last >= DAY or max(times) >= last:
                details: dict[str, str | int | bool | None] = {"estate": estate_id, "late": len(times)}
                stores.audit.append("job", OVERDUE, holder, details, now)
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
