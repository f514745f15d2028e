"""The contract of `Places`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from access.domain.errors import Conflict, InvalidInput, NotFound
from access.domain.places import AccessRule, Method
from access.domain.schedules import Schedule, Window
from access.stores import Stores
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import (
    BUILDING,
    DOOR,
    ESTATE,
    HALL,
    HOUSEHOLD,
    OTHER_ESTATE,
    RULE,
    SCHEDULE,
    race,
)


def test_everything_comes_back_as_it_was_saved(house: PeeweeDatabase) -> None:
    with house.reading() as stores:
        places = stores.places
        assert places.estate(ESTATE.id) == ESTATE
        assert places.estate_by_number(8) == OTHER_ESTATE
        assert places.estates() == [ESTATE, OTHER_ESTATE]
        assert places.building(BUILDING.id) == BUILDING
        assert places.buildings(ESTATE.id) == [BUILDING]
        assert places.household(HOUSEHOLD.id) == HOUSEHOLD
        assert places.access_point(HALL.id) == HALL
        assert places.access_points(ESTATE.id) == [DOOR, HALL]
        assert places.schedule(SCHEDULE.id) == SCHEDULE
        assert places.schedules(ESTATE.id) == [SCHEDULE]


def test_what_is_unknown_is_none_or_empty(house: PeeweeDatabase) -> None:
    with house.reading() as stores:
        places = stores.places
        assert places.estate("0" * 16) is None
        assert places.estate_by_number(99) is None
        assert places.building("0" * 16) is None
        assert places.household("0" * 16) is None
        assert places.access_point("0" * 16) is None
        assert places.schedule("0" * 16) is None
        assert places.rules_of("0" * 16) == []
        assert places.policy_version("0" * 16) == 0
        assert places.pass_key_ids("0" * 16) == ()


def test_saving_again_replaces(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.places.save_estate(replace(ESTATE, face_enabled=False))
        stores.places.save_access_point(
            replace(DOOR, methods=frozenset({Method.CARD}), relay_ms=5_000, face_claim=True)
        )
        stores.places.save_building(replace(BUILDING, name_en="Tower 1"))
        stores.places.save_household(replace(HOUSEHOLD, label="1-302"))
    with house.reading() as stores:
        assert stores.places.estate(ESTATE.id) == replace(ESTATE, face_enabled=False)
        assert stores.places.access_point(DOOR.id) == replace(
            DOOR, methods=frozenset({Method.CARD}), relay_ms=5_000, face_claim=True
        )
        assert stores.places.buildings(ESTATE.id) == [replace(BUILDING, name_en="Tower 1")]
        assert stores.places.household_by_label(ESTATE.id, "1-302") == replace(HOUSEHOLD, label="1-302")
        assert stores.places.household_by_label(ESTATE.id, "1-301") is None


def test_an_estates_secret_stays_when_the_estate_is_saved_without_one(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.places.save_estate(replace(ESTATE, contact="400-9"))
        assert stores.places.estate_secret(ESTATE.id) == b"wrapped secret"
        stores.places.save_estate(ESTATE, b"wrapped anew")
        assert stores.places.estate_secret(ESTATE.id) == b"wrapped anew"
        with pytest.raises(NotFound):
            stores.places.estate_secret("0" * 16)


def test_a_new_estate_needs_a_secret(database: PeeweeDatabase) -> None:
    with pytest.raises(InvalidInput, match="secret"), database.transaction() as stores:
        stores.places.save_estate(ESTATE)


def test_households_by_estate_and_by_building(house: PeeweeDatabase) -> None:
    second = replace(BUILDING, id="b000000000000002")
    there = replace(HOUSEHOLD, id="d000000000000002", building_id=second.id, label="2-101")
    with house.transaction() as stores:
        stores.places.save_building(second)
        stores.places.save_household(there)
        assert stores.places.households(ESTATE.id) == [HOUSEHOLD, there]
        assert stores.places.households(ESTATE.id, second.id) == [there]
        assert stores.places.households(OTHER_ESTATE.id) == []


def test_two_households_cannot_share_a_label(house: PeeweeDatabase) -> None:
    with pytest.raises(Conflict) as caught, house.transaction() as stores:
        stores.places.save_household(replace(HOUSEHOLD, id="d000000000000002"))
    assert caught.value.code == "database.integrity"


def test_a_schedule_keeps_its_special_days(house: PeeweeDatabase) -> None:
    morning = (Window(360, 720), Window(780, 1_440))
    days = (morning, (), morning, (), morning, (), ())
    schedule = Schedule(
        "5000000000000002", ESTATE.id, "cleaning", days, {date(2027, 1, 1): (), date(2027, 1, 2): morning}
    )
    with house.transaction() as stores:
        stores.places.save_schedule(schedule)
        assert stores.places.schedule(schedule.id) == schedule


def test_rules_by_estate_and_by_access_point(house: PeeweeDatabase) -> None:
    hall = AccessRule("4000000000000002", ESTATE.id, HALL.id, SCHEDULE.id, BUILDING.id)
    with house.transaction() as stores:
        stores.places.save_rule(hall)
        assert stores.places.rules(ESTATE.id) == [RULE, hall]
        assert stores.places.rules_of(HALL.id) == [hall]
        stores.places.delete_rule(RULE.id)
        assert stores.places.rules(ESTATE.id) == [hall]


def test_pass_keys_rotate_and_two_stay_live(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        assert stores.places.pass_key_ids(ESTATE.id) == (1,)
        assert stores.places.rotate_pass_key(ESTATE.id) == 2
        assert stores.places.pass_key_ids(ESTATE.id) == (2, 1)
        assert stores.places.rotate_pass_key(ESTATE.id) == 3
        assert stores.places.pass_key_ids(ESTATE.id) == (3, 2)
        assert stores.places.pass_key_ids(OTHER_ESTATE.id) == (1,)


def test_a_pass_key_id_never_comes_again(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        for expected in range(2, 256):
            assert stores.places.rotate_pass_key(ESTATE.id) == expected
        with pytest.raises(Conflict):
            stores.places.rotate_pass_key(ESTATE.id)
        with pytest.raises(NotFound):
            stores.places.rotate_pass_key("0" * 16)


def test_the_same_set_has_the_same_number(house: PeeweeDatabase) -> None:
    both, one = frozenset({DOOR.id, HALL.id}), frozenset({DOOR.id})
    with house.transaction() as stores:
        before = stores.places.policy_version(ESTATE.id)
        assert stores.places.set_number(ESTATE.id, both) == 1
        assert stores.places.set_number(ESTATE.id, one) == 2
        assert stores.places.set_number(ESTATE.id, both) == 1
        assert stores.places.policy_version(ESTATE.id) == before + 2  # gates hear of each new one
        assert stores.places.set_number(OTHER_ESTATE.id, one) == 1
        assert stores.places.set_members(ESTATE.id, 1) == both
        assert stores.places.set_members(ESTATE.id, 9) == frozenset()
        assert stores.places.sets(ESTATE.id) == {1: both, 2: one}


def test_a_set_brought_by_many_at_once_gets_one_number(house: PeeweeDatabase) -> None:
    numbers: list[tuple[int, int]] = []

    def intern(stores: Stores, number: int) -> bool:
        members = frozenset({f"{number % 5:016x}"})
        numbers.append((number % 5, stores.places.set_number(ESTATE.id, members)))
        return True

    race(house, 40, 8, intern)
    assert len(set(numbers)) == 5
    assert {number for _, number in numbers} == {1, 2, 3, 4, 5}


def test_the_policy_version_grows_by_one(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        before = stores.places.policy_version(ESTATE.id)
        assert stores.places.bump_policy(ESTATE.id) == before + 1
        assert stores.places.policy_version(ESTATE.id) == before + 1
        assert stores.places.policy_version(OTHER_ESTATE.id) == before
        with pytest.raises(NotFound):
            stores.places.bump_policy("0" * 16)


def test_no_version_is_given_twice(house: PeeweeDatabase) -> None:
    seen: list[int] = []

    def bump(stores: Stores, _: int) -> bool:
        seen.append(stores.places.bump_policy(ESTATE.id))
        return True

    race(house, 60, 6, bump)
    assert len(set(seen)) == 60
