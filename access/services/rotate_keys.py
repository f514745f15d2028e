"""New signing keys for an estate: of its passes, and of its commands and lists to gates.

Two numbers are live at a time: what was signed before goes on for one rotation, so rotate no more often than the
longest pass lives (37 days: invited a month ahead, for a week). Gates are told over their streams; the root key,
pinned at the claim, vouches for the new one.
"""

from __future__ import annotations

from access.domain.errors import NotFound
from access.services.house import House


def rotate_keys(house: House, actor: str, estate_id: str) -> int:
    """Begin the next key; its number.

    Args:
        actor: ``operator`` or ``staff:<id>``.

    Raises:
        NotFound: ``estate.unknown``.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        if stores.places.estate(estate_id) is None:
            raise NotFound("estate.unknown", "no such estate")
        number = stores.places.rotate_pass_key(estate_id)
        stores.places.bump_policy(estate_id)
        stores.audit.append(actor, "estate:keys:rotate", estate_id, {"number": number}, now)
    return number
