"""Buildings, households, access points, schedules and access rules: added and changed by staff of the estate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from access.domain.challenges import ChallengeRule
from access.domain.errors import Conflict, InvalidInput, NotFound
from access.domain.ids import new_id
from access.domain.places import AccessPoint, AccessRule, Building, Household, Method
from access.domain.schedules import Schedule, Window
from access.domain.staff import Staff
from access.services.house import House
from access.stores import Stores

MAX_NAME = 40
MAX_LABEL = 20
MAX_LABELS = 500
MAX_WINDOWS = 6
MAX_SPECIAL_DAYS = 60
MAX_NUMBER = 65_535
RELAY_MS = (500, 30_000)


def save_building(
    house: House, staff: Staff, name_zh: str, name_en: str, building_id: str | None = None
) -> Building:
    """Add a building, or rename one. Raises InvalidInput ``place.name``, NotFound ``building.unknown``."""
    names = _name(name_zh, "name_zh"), _name(name_en, "name_en")
    with house.db.transaction() as stores:
        if building_id is not None:
            _building(stores, staff, building_id)
        building = Building(building_id or new_id(), staff.estate_id, *names)
        stores.places.save_building(building)
        _note(house, stores, staff, "building", building.id)
    return building


def add_households(house: House, staff: Staff, building_id: str, labels: Sequence[str]) -> tuple[Household, ...]:
    """Add dwellings by what residents write, such as ``1-301``.

    Raises:
        InvalidInput: ``household.label`` (1 to 20 characters, each once), ``household.many`` beyond 500.
        NotFound: ``building.unknown``. Conflict: ``household.taken``.
    """
    wanted = [label.strip() for label in labels]
    if not 1 <= len(wanted) <= MAX_LABELS:
        raise InvalidInput("household.many", "1 to 500 households at a time", field="labels")
    if len(set(wanted)) != len(wanted) or not all(1 <= len(label) <= MAX_LABEL for label in wanted):
        raise InvalidInput("household.label", "1 to 20 characters, each once", field="labels")
    with house.db.transaction() as stores:
        _building(stores, staff, building_id)
        made = tuple(Household(new_id(), staff.estate_id, building_id, label) for label in wanted)
        for household in made:
            if stores.places.household_by_label(staff.estate_id, household.label) is not None:
                raise Conflict("household.taken", "a household of this label stands already")
            stores.places.save_household(household)
            _note(house, stores, staff, "household", household.id)
    return made


def save_access_point(
    house: House,
    staff: Staff,
    name_zh: str,
    name_en: str,
    building_id: str | None,
    methods: Iterable[Method],
    relay_ms: int,
    access_point_id: str | None = None,
    face_claim: bool = False,
    challenge: ChallengeRule = ChallengeRule.NONE,
    face_edge_only: bool = False,
) -> AccessPoint:
    """Add an access point under the next free number, or change one (its number stays).

    Args:
        relay_ms: how long the relay is held, 500 to 30,000 milliseconds.
        face_claim: compare a face only with the holder of a card or pass shown just before.
        face_edge_only: no picture of a face leaves the gate.
        challenge: the movement that a face must show.

    Raises:
        InvalidInput: ``access_point.face_only``, ``access_point.edge_challenge``, ``access_point.relay``,
            ``place.name``.
        NotFound: ``access_point.unknown``, ``building.unknown``.
    """
    if not RELAY_MS[0] <= relay_ms <= RELAY_MS[1]:
        raise InvalidInput("access_point.relay", "0.5 to 30 seconds", field="relay_ms")
    names = _name(name_zh, "name_zh"), _name(name_en, "name_en")
    with house.db.transaction() as stores:
        if building_id is not None:
            _building(stores, staff, building_id)
        number = _number(stores, staff, access_point_id)
        point = AccessPoint(
            access_point_id or new_id(),
            staff.estate_id,
            number,
            *names,
            building_id,
            frozenset(methods),
            relay_ms,
            face_claim=face_claim,
            challenge=challenge,
            face_edge_only=face_edge_only,
        )
        stores.places.save_access_point(point)
        _changed(house, stores, staff, "access_point", point.id)
    return point


def save_schedule(
    house: House, staff: Staff, name: str, weekly: Sequence[Sequence[Window]], schedule_id: str | None = None
) -> Schedule:
    """Add a schedule, or change its name and week; special days stay.

    Raises:
        InvalidInput: ``place.name``, ``schedule.weekly``, ``schedule.windows`` (at most six a day, not crossing).
        NotFound: ``schedule.unknown``.
    """
    week = tuple(_windows(day) for day in weekly)
    with house.db.transaction() as stores:
        special = {} if schedule_id is None else _schedule(stores, staff, schedule_id).special_days
        schedule = Schedule(schedule_id or new_id(), staff.estate_id, _name(name, "name"), week, special)
        stores.places.save_schedule(schedule)
        _changed(house, stores, staff, "schedule", schedule.id)
    return schedule


def set_special_day(
    house: House, staff: Staff, schedule_id: str, day: date, windows: Sequence[Window] | None
) -> Schedule:
    """Give a day windows of its own (none: closed all day), or with None let it follow the week again.

    Raises:
        InvalidInput: ``schedule.windows``, ``schedule.special_days`` beyond 60. NotFound: ``schedule.unknown``.
    """
    with house.db.transaction() as stores:
        before = _schedule(stores, staff, schedule_id)
        days = {**before.special_days}
        days.pop(day, None)
        if windows is not None:
            days[day] = _windows(windows)
        if len(days) > MAX_SPECIAL_DAYS:
            raise InvalidInput("schedule.special_days", "at most 60 special days", field="day")
        schedule = replace(before, special_days=_in_order(days))
        stores.places.save_schedule(schedule)
        _changed(house, stores, staff, "schedule", schedule.id)
    return schedule


def add_rule(
    house: House, staff: Staff, access_point_id: str, schedule_id: str, building_id: str | None
) -> AccessRule:
    """Let residents of a building (None: of the whole estate) use an access point within a schedule.

    Raises:
        NotFound: ``access_point.unknown``, ``schedule.unknown``, ``building.unknown``.
        Conflict: ``rule.taken`` when the same rule stands.
    """
    with house.db.transaction() as stores:
        _access_point(stores, staff, access_point_id)
        _schedule(stores, staff, schedule_id)
        if building_id is not None:
            _building(stores, staff, building_id)
        for rule in stores.places.rules_of(access_point_id):
            if (rule.schedule_id, rule.building_id) == (schedule_id, building_id):
                raise Conflict("rule.taken", "this rule stands already")
        rule = AccessRule(new_id(), staff.estate_id, access_point_id, schedule_id, building_id)
        stores.places.save_rule(rule)
        _changed(house, stores, staff, "rule", rule.id)
    return rule


def delete_rule(house: House, staff: Staff, rule_id: str) -> None:
    """Take a rule away. Raises NotFound ``rule.unknown``."""
    with house.db.transaction() as stores:
        if rule_id not in {rule.id for rule in stores.places.rules(staff.estate_id)}:
            raise NotFound("rule.unknown", "no such rule in this estate")
        stores.places.delete_rule(rule_id)
        _changed(house, stores, staff, "rule", rule_id)


def _number(stores: Stores, staff: Staff, access_point_id: str | None) -> int:
    if access_point_id is not None:
        return _access_point(stores, staff, access_point_id).number
    taken = {point.number for point in stores.places.access_points(staff.estate_id)}
    free = next((number for number in range(1, MAX_NUMBER + 1) if number not in taken), None)
    if free is None:
        raise Conflict("access_point.many", "every access point number is taken")
    return free


def _building(stores: Stores, staff: Staff, building_id: str) -> Building:
    building = stores.places.building(building_id)
    if building is None or building.estate_id != staff.estate_id:
        raise NotFound("building.unknown", "no such building in this estate")
    return building


def _access_point(stores: Stores, staff: Staff, access_point_id: str) -> AccessPoint:
    point = stores.places.access_point(access_point_id)
    if point is None or point.estate_id != staff.estate_id:
        raise NotFound("access_point.unknown", "no such access point in this estate")
    return point


def _schedule(stores: Stores, staff: Staff, schedule_id: str) -> Schedule:
    schedule = stores.places.schedule(schedule_id)
    if schedule is None or schedule.estate_id != staff.estate_id:
        raise NotFound("schedule.unknown", "no such schedule in this estate")
    return schedule


def _name(text: str, field: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput("place.name", "1 to 40 characters", field=field)
    return name


def _windows(windows: Sequence[Window]) -> tuple[Window, ...]:
    ordered = tuple(sorted(windows, key=lambda window: window.start))
    crossing = any(later.start < earlier.end for earlier, later in pairwise(ordered))
    if crossing or len(ordered) > MAX_WINDOWS:
        raise InvalidInput("schedule.windows", "at most six windows a day, not crossing", field="weekly")
    return ordered


def _in_order(days: Mapping[date, tuple[Window, ...]]) -> dict[date, tuple[Window, ...]]:
    return {day: days[day] for day in sorted(days)}


def _changed(house: House, stores: Stores, staff: Staff, kind: str, subject: str) -> None:
    """Who may enter, or when, is different from now on."""
    stores.places.bump_policy(staff.estate_id)
    _note(house, stores, staff, kind, subject)


def _note(house: House, stores: Stores, staff: Staff, kind: str, subject: str) -> None:
    at = house.clock.now()
    stores.audit.append(f"staff:{staff.id}", f"staff:{kind}:save", subject, {"estate": staff.estate_id}, at)
