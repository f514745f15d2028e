"""The end of a stay: on that day every credential stops at once and the face is erased everywhere."""

from __future__ import annotations

from access.domain.erasure import Cause
from access.domain.errors import NotFound
from access.services import children_left
from access.services.end_stay import end_stay
from access.services.house import House

BATCH = 100


def end_residency(house: House, residency_id: str, actor: str, reason: str, cause: Cause = Cause.MOVED_OUT) -> None:
    """End a residency now. With no other left in the estate, cards, passes and face stop with it.

    What follows for the children of the household says `children_left`.

    Args:
        actor: ``staff:<id>``, ``person:<id>`` or ``job``.

    Raises:
        NotFound: ``residency.unknown``.
        Conflict: ``residency.status`` when it is not in force.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        residency = stores.residencies.get(residency_id)
        if residency is None:
            raise NotFound("residency.unknown", "no such residency")
        ended = end_stay(house, stores, residency, actor, reason, cause, now)
        children_left.follow(house, stores, ended, actor, cause, now)


def end_lapsed(house: House) -> int:
    """End every residency whose last day has passed; how many."""
    with house.db.reading() as stores:
        due = stores.residencies.lapsed(house.clock.now(), BATCH)
    for residency in due:
        end_residency(house, residency.id, "job", "到期 / the stay has ended", Cause.TENANCY_ENDED)
    return len(due)
