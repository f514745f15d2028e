"""Areas and duress codes as staff set them up; forgiving everybody at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from access.domain.duress import LONGEST, SHORTEST, duress_token
from access.domain.errors import InvalidInput, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.passback import Area, PassbackMode
from access.domain.staff import Staff, StaffRole
from access.services.house import House
from access.stores import Stores

MAX_NAME = 40
MAX_AREAS = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What staff fill in; see `access.domain.passback.Area`."""

    name_zh: str
    name_en: str
    mode: PassbackMode
    forgive_minutes: int
    nightly: int | None
    ways_in: Iterable[str]
    ways_out: Iterable[str]


def save_area(house: House, staff: Staff, wish: Wish, area_id: str | None = None) -> Area:
    """Add an area, or change one.

    Raises:
        InvalidInput: ``place.name``, ``area.forgive``, ``area.nightly``, ``area.ways``, ``area.many``,
            ``area.no_way_out`` when it refuses and nobody could be known to have left,
            ``gate.access_points`` for a door of another estate.
        NotFound: ``area.unknown``.
    """
    if not all(1 <= len(name.strip()) <= MAX_NAME for name in (wish.name_zh, wish.name_en)):
        raise InvalidInput("place.name", "1 to 40 characters", field="name_zh")
    ways_in, ways_out = frozenset(wish.ways_in), frozenset(wish.ways_out)
    if wish.mode is not PassbackMode.OFF and not ways_out:
        raise InvalidInput("area.no_way_out", "without a way out nobody is known to have left", field="ways_out")
    with house.db.transaction() as stores:
        known = {point.id for point in stores.places.access_points(staff.estate_id)}
        if not ways_in | ways_out <= known:
            raise InvalidInput("gate.access_points", "access points of this estate", field="ways_in")
        if area_id is None and len(stores.areas.of_estate(staff.estate_id)) >= MAX_AREAS:
            raise InvalidInput("area.many", f"at most {MAX_AREAS} areas")
        before = None if area_id is None else _area(stores, staff, area_id)
        area = Area(
            id=before.id if before else new_id(),
            estate_id=staff.estate_id,
            name_zh=wish.name_zh.strip(),
            name_en=wish.name_en.strip(),
            mode=wish.mode,
            forgive_minutes=wish.forgive_minutes,
            nightly=wish.nightly,
            reset_at=before.reset_at if before else 0,
            ways_in=ways_in,
            ways_out=ways_out,
        )
        stores.areas.save(area)
        _changed(house, stores, staff, "save", area.id)
    return area


def delete_area(house: House, staff: Staff, area_id: str) -> None:
    """Raises NotFound ``area.unknown``."""
    with house.db.transaction() as stores:
        stores.areas.delete(_area(stores, staff, area_id).id)
        _changed(house, stores, staff, "delete", area_id)


def reset_area(house: House, staff: Staff, area_id: str) -> None:
    """Forgive everybody's passages through an area, as after a drill.

    Raises:
        NotPermitted: ``staff.role`` without the security role.
        NotFound: ``area.unknown``.
    """
    if StaffRole.SECURITY not in staff.roles:
        raise NotPermitted("staff.role", "this needs the security role")
    now = house.clock.now()
    with house.db.transaction() as stores:
        stores.areas.save(replace(_area(stores, staff, area_id), reset_at=now))
        _changed(house, stores, staff, "reset", area_id)


def reset_every_area(stores: Stores, estate_id: str, at: int) -> None:
    """Forgive everybody everywhere: people have passed doors that stood open, as in a fire."""
    areas = [area for area in stores.areas.of_estate(estate_id) if area.mode is not PassbackMode.OFF]
    for area in areas:
        stores.areas.save(replace(area, reset_at=max(at, area.reset_at)))
    if areas:
        stores.places.bump_policy(estate_id)


def has_duress_code(house: House, staff: Staff) -> bool:
    """Whether the estate has one; nobody can look at it."""
    with house.db.reading() as stores:
        return bool(stores.areas.duress_token(staff.estate_id))


def set_duress_code(house: House, staff: Staff, code: str) -> None:
    """Set the digits that, typed with a card, open as always and alarm in silence; empty takes them away.

    Raises:
        NotPermitted: ``staff.role`` without the security role.
        InvalidInput: ``duress.code``.
    """
    if StaffRole.SECURITY not in staff.roles:
        raise NotPermitted("staff.role", "this needs the security role")
    if code and not (code.isascii() and code.isdigit() and SHORTEST <= len(code) <= LONGEST):
        raise InvalidInput("duress.code", f"{SHORTEST} to {LONGEST} digits", field="code")
    now = house.clock.now()
    with house.db.transaction() as stores:
        key = house.keyring.card_key(stores, staff.estate_id)
        stores.areas.set_duress_token(staff.estate_id, duress_token(key, code) if code else "")
        stores.places.bump_policy(staff.estate_id)
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id, "set": bool(code)}
        stores.audit.append(f"staff:{staff.id}", "staff:duress:set", staff.estate_id, details, now)


def _area(stores: Stores, staff: Staff, area_id: str) -> Area:
    area = stores.areas.get(area_id)
    if area is None or area.estate_id != staff.estate_id:
        raise NotFound("area.unknown", "no such area in this estate")
    return area


def _changed(house: House, stores: Stores, staff: Staff, what: str, area_id: str) -> None:
    """Gates follow: they hold the areas of their doors."""
    stores.places.bump_policy(staff.estate_id)
    details: dict[str, str | int | bool | None] = {"estate": staff.estate_id}
    stores.audit.append(f"staff:{staff.id}", f"staff:area:{what}", area_id, details, house.clock.now())
