"""The contract of `Passes`."""

from __future__ import annotations

from dataclasses import replace

from access.domain.times import DAY
from access.domain.visits import PassKind
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import DOOR, ESTATE, HALL, NOW, OTHER_ESTATE, OTHER_PERSON, PERSON, VISIT, race

RESIDENT = replace(
    VISIT,
    id="8000000000000002",
    kind=PassKind.RESIDENT,
    uses_allowed=0,
    link_hash="",
    name_sealed=b"",
    created_at=NOW + 1,
)


def test_a_pass_is_found_by_id_link_and_person(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.passes.add(VISIT)
        stores.passes.add(RESIDENT)
        assert stores.passes.get(VISIT.id) == VISIT
        assert stores.passes.get("0" * 16) is None
        assert stores.passes.by_link(VISIT.link_hash) == VISIT
        assert stores.passes.by_link("0" * 64) is None
        assert stores.passes.by_link("") is None
        assert stores.passes.of_person(PERSON.id, ESTATE.id) == [RESIDENT, VISIT]
        assert stores.passes.of_person(OTHER_PERSON.id, ESTATE.id) == []
        assert stores.passes.of_person(PERSON.id, OTHER_ESTATE.id) == []


def test_live_passes_are_neither_ended_nor_revoked_nor_used_up(house: PeeweeDatabase) -> None:
    ahead = replace(VISIT, id="8000000000000003", valid_from=NOW + 10, created_at=NOW + 2)
    with house.transaction() as stores:
        for issued in (VISIT, RESIDENT, ahead):
            stores.passes.add(issued)
        assert stores.passes.of_person(PERSON.id, ESTATE.id, NOW) == [ahead, RESIDENT, VISIT]
        assert stores.passes.redeem(VISIT.id, NOW)
        assert stores.passes.revoke(ahead.id, NOW)
        assert stores.passes.of_person(PERSON.id, ESTATE.id, NOW) == [RESIDENT]
        assert stores.passes.of_person(PERSON.id, ESTATE.id, RESIDENT.valid_to) == []


def test_a_pass_is_redeemed_as_often_as_it_allows(house: PeeweeDatabase) -> None:
    twice = replace(VISIT, id="8000000000000003", uses_allowed=2)
    with house.transaction() as stores:
        for issued in (VISIT, RESIDENT, twice):
            stores.passes.add(issued)
        assert [stores.passes.redeem(VISIT.id, NOW) for _ in range(3)] == [True, False, False]
        assert [stores.passes.redeem(twice.id, NOW) for _ in range(3)] == [True, True, False]
        assert [stores.passes.redeem(RESIDENT.id, NOW) for _ in range(3)] == [True, True, True]
        assert stores.passes.get(twice.id) == replace(twice, uses_taken=2)
        assert not stores.passes.redeem("0" * 16, NOW)


def test_a_pass_is_not_redeemed_outside_its_window_or_revoked(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.passes.add(VISIT)
        assert not stores.passes.redeem(VISIT.id, VISIT.valid_from - 1)
        assert not stores.passes.redeem(VISIT.id, VISIT.valid_to)
        assert stores.passes.revoke(VISIT.id, NOW)
        assert not stores.passes.revoke(VISIT.id, NOW + 1)
        assert not stores.passes.redeem(VISIT.id, NOW)
        assert stores.passes.get(VISIT.id) == replace(VISIT, revoked_at=NOW)


def test_of_a_thousand_redemptions_at_once_one_wins(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.passes.add(VISIT)
    assert race(house, 1_000, 16, lambda stores, _: stores.passes.redeem(VISIT.id, NOW)) == 1


def test_of_a_thousand_presentations_of_a_step_one_wins(house: PeeweeDatabase) -> None:
    assert race(house, 1_000, 16, lambda stores, _: stores.passes.take_step(RESIDENT.id, 5, DOOR.id, NOW)) == 1


def test_a_step_is_taken_once_at_each_access_point(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        assert stores.passes.take_step(RESIDENT.id, 5, DOOR.id, NOW)
        assert not stores.passes.take_step(RESIDENT.id, 5, DOOR.id, NOW + 1)
        assert stores.passes.take_step(RESIDENT.id, 5, HALL.id, NOW)
        assert stores.passes.take_step(RESIDENT.id, 6, DOOR.id, NOW)


def test_all_passes_of_a_person_are_revoked_at_once(house: PeeweeDatabase) -> None:
    ended = replace(VISIT, id="8000000000000003", valid_to=NOW + 1)
    of_other = replace(VISIT, id="8000000000000004", person_id=OTHER_PERSON.id)
    with house.transaction() as stores:
        for issued in (VISIT, RESIDENT, ended, of_other):
            stores.passes.add(issued)
        assert stores.passes.revoke_all(PERSON.id, ESTATE.id, NOW + 1) == 2
        assert stores.passes.revoke_all(PERSON.id, ESTATE.id, NOW + 2) == 0
        revoked = stores.passes.revoked_since(ESTATE.id, NOW + 1)
        assert [issued.id for issued in revoked] == [VISIT.id, RESIDENT.id]
        assert stores.passes.revoked_since(ESTATE.id, NOW + 2) == []
        assert stores.passes.revoked_since(OTHER_ESTATE.id, NOW) == []


def test_ended_passes_go_with_their_steps(house: PeeweeDatabase) -> None:
    longer = replace(RESIDENT, valid_to=NOW + 2 * DAY)
    with house.transaction() as stores:
        stores.passes.add(VISIT)
        stores.passes.add(longer)
        for issued in (VISIT, longer):
            stores.passes.take_step(issued.id, 1, DOOR.id, NOW)
        assert stores.passes.delete_ended_before(VISIT.valid_to) == 0
        assert stores.passes.delete_ended_before(VISIT.valid_to + 1) == 1
        assert stores.passes.get(VISIT.id) is None
        assert stores.passes.get(longer.id) == longer
        assert stores.passes.take_step(VISIT.id, 1, DOOR.id, NOW)
        assert not stores.passes.take_step(longer.id, 1, DOOR.id, NOW)
