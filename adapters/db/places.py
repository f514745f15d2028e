"""Estates and what stands in them, in SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from access.domain.errors import Conflict, InvalidInput, NotFound
from access.domain.places import AccessPoint, AccessRule, Building, Estate, Household
from access.domain.schedules import Schedule
from adapters.db.fields import canonical
from adapters.db.rows_places import (
    AccessPointRow,
    AccessRuleRow,
    BuildingRow,
    EstateRow,
    HouseholdRow,
    ScheduleRow,
)
from adapters.db.session import Session
from adapters.db.table import Table

_ESTATES = Table(EstateRow, Estate)
_BUILDINGS = Table(BuildingRow, Building)
_HOUSEHOLDS = Table(HouseholdRow, Household)
_ACCESS_POINTS = Table(AccessPointRow, AccessPoint)
_SCHEDULES = Table(ScheduleRow, Schedule)
_RULES = Table(AccessRuleRow, AccessRule)

_FIRST_PASS_KEY = 1
_LAST_PASS_KEY = 255
"""A pass carries the key id in one byte; an id that was retired never signs again."""


class SqlPlaces:
    """`access.stores.Places`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def estate(self, estate_id: str) -> Estate | None:
        return _ESTATES.one(self._session, "WHERE id = ?", estate_id)

    def estate_by_number(self, number: int) -> Estate | None:
        return _ESTATES.one(self._session, "WHERE number = ?", number)

    def estates(self) -> Sequence[Estate]:
        return _ESTATES.all(self._session, "ORDER BY number")

    def save_estate(self, estate: Estate, secret: bytes | None = None) -> None:
        """A new estate begins with pass key 1 and policy version 1.

        Raises:
            InvalidInput: ``estate.secret`` when a new estate comes without one.
        """
        if _ESTATES.update(self._session, estate, "id = ?", estate.id):
            if secret is not None:
                self._session.run("UPDATE estate SET secret = ? WHERE id = ?", secret, estate.id)
            return
        if secret is None:
            raise InvalidInput("estate.secret", "a new estate needs its wrapped secret")
        _ESTATES.insert(
            self._session,
            estate,
            secret=secret,
            pass_key_id=_FIRST_PASS_KEY,
            pass_key_before=None,
            policy_version=1,
        )

    def estate_secret(self, estate_id: str) -> bytes:
        row = self._session.one("SELECT secret FROM estate WHERE id = ?", estate_id)
        if row is None:
            raise NotFound("estate.unknown", "no such estate")
        return bytes(row[0])

    def pass_key_ids(self, estate_id: str) -> tuple[int, ...]:
        row = self._session.one("SELECT pass_key_id, pass_key_before FROM estate WHERE id = ?", estate_id)
        return tuple(key for key in row or () if key is not None)

    def rotate_pass_key(self, estate_id: str) -> int:
        """The next key id.

        Raises:
            NotFound: ``estate.unknown``.
            Conflict: ``pass_key.spent`` after the last id: the estate then needs a new secret.
        """
        rows = self._session.returned(
            "UPDATE estate SET pass_key_before = pass_key_id, pass_key_id = pass_key_id + 1 "
            "WHERE id = ? AND pass_key_id < ? RETURNING pass_key_id",
            estate_id,
            _LAST_PASS_KEY,
        )
        if rows:
            return int(rows[0][0])
        if self.estate(estate_id) is None:
            raise NotFound("estate.unknown", "no such estate")
        raise Conflict("pass_key.spent", "every pass key id of the estate has been used")

    def building(self, building_id: str) -> Building | None:
        return _BUILDINGS.one(self._session, "WHERE id = ?", building_id)

    def buildings(self, estate_id: str) -> Sequence[Building]:
        return _BUILDINGS.all(self._session, "WHERE estate_id = ? ORDER BY name_zh, id", estate_id)

    def save_building(self, building: Building) -> None:
        _BUILDINGS.save(self._session, building)

    def household(self, household_id: str) -> Household | None:
        return _HOUSEHOLDS.one(self._session, "WHERE id = ?", household_id)

    def households(self, estate_id: str, building_id: str | None = None) -> Sequence[Household]:
        if building_id is None:
            return _HOUSEHOLDS.all(self._session, "WHERE estate_id = ? ORDER BY label", estate_id)
        return _HOUSEHOLDS.all(
            self._session, "WHERE building_id = ? AND estate_id = ? ORDER BY label", building_id, estate_id
        )

    def household_by_label(self, estate_id: str, label: str) -> Household | None:
        return _HOUSEHOLDS.one(self._session, "WHERE estate_id = ? AND label = ?", estate_id, label)

    def save_household(self, household: Household) -> None:
        _HOUSEHOLDS.save(self._session, household)

    def access_point(self, access_point_id: str) -> AccessPoint | None:
        return _ACCESS_POINTS.one(self._session, "WHERE id = ?", access_point_id)

    def access_points(self, estate_id: str) -> Sequence[AccessPoint]:
        return _ACCESS_POINTS.all(self._session, "WHERE estate_id = ? ORDER BY number", estate_id)

    def save_access_point(self, access_point: AccessPoint) -> None:
        _ACCESS_POINTS.save(self._session, access_point)

    def schedule(self, schedule_id: str) -> Schedule | None:
        return _SCHEDULES.one(self._session, "WHERE id = ?", schedule_id)

    def schedules(self, estate_id: str) -> Sequence[Schedule]:
        return _SCHEDULES.all(self._session, "WHERE estate_id = ? ORDER BY name, id", estate_id)

    def save_schedule(self, schedule: Schedule) -> None:
        _SCHEDULES.save(self._session, schedule)

    def rules(self, estate_id: str) -> Sequence[AccessRule]:
        return _RULES.all(self._session, "WHERE estate_id = ? ORDER BY access_point_id, id", estate_id)

    def rules_of(self, access_point_id: str) -> Sequence[AccessRule]:
        return _RULES.all(self._session, "WHERE access_point_id = ? ORDER BY id", access_point_id)

    def save_rule(self, rule: AccessRule) -> None:
        _RULES.save(self._session, rule)

    def delete_rule(self, rule_id: str) -> None:
        self._session.run("DELETE FROM access_rule WHERE id = ?", rule_id)

    def set_number(self, estate_id: str, access_point_ids: frozenset[str]) -> int:
        members = canonical(sorted(access_point_ids))
        digest = hashlib.sha256(members.encode()).hexdigest()
        number = self._known_set(estate_id, digest)
        while number is None:
            # Two transactions may reach for the same next number, or bring the same set; the one that
            # comes second inserts nothing, and looks again.
            number = self._new_set(estate_id, digest, members)
            if number is None:
                number = self._known_set(estate_id, digest)
            else:
                self.bump_policy(estate_id)
        return number

    def set_members(self, estate_id: str, number: int) -> frozenset[str]:
        row = self._session.one(
            "SELECT members FROM access_point_set WHERE estate_id = ? AND number = ?", estate_id, number
        )
        return frozenset(json.loads(row[0])) if row else frozenset()

    def sets(self, estate_id: str) -> Mapping[int, frozenset[str]]:
        rows = self._session.all("SELECT number, members FROM access_point_set WHERE estate_id = ?", estate_id)
        return {number: frozenset(json.loads(members)) for number, members in rows}

    def policy_version(self, estate_id: str) -> int:
        """0 for an unknown estate."""
        row = self._session.one("SELECT policy_version FROM estate WHERE id = ?", estate_id)
        return int(row[0]) if row else 0

    def bump_policy(self, estate_id: str) -> int:
        """The new version.

        Raises:
            NotFound: ``estate.unknown``.
        """
        rows = self._session.returned(
            "UPDATE estate SET policy_version = policy_version + 1 WHERE id = ? RETURNING policy_version",
            estate_id,
        )
        if not rows:
            raise NotFound("estate.unknown", "no such estate")
        return int(rows[0][0])

    def _known_set(self, estate_id: str, digest: str) -> int | None:
        row = self._session.one(
            "SELECT number FROM access_point_set WHERE estate_id = ? AND digest = ?", estate_id, digest
        )
        return int(row[0]) if row else None

    def _new_set(self, estate_id: str, digest: str, members: str) -> int | None:
        rows = self._session.returned(
            "INSERT INTO access_point_set (estate_id, number, digest, members) "
            "SELECT id, (SELECT COALESCE(MAX(number), 0) + 1 FROM access_point_set WHERE estate_id = ?), ?, ? "
            "FROM estate WHERE id = ? ON CONFLICT DO NOTHING RETURNING number",
            estate_id,
            digest,
            members,
            estate_id,
        )
        return int(rows[0][0]) if rows else None
