"""The contract of `Events`."""

from __future__ import annotations

from dataclasses import replace

from access.domain.events import Opening
from access.domain.places import Method
from access.domain.reasons import Reason
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import DOOR, ESTATE, EVENT, HALL, NOW, OTHER_ESTATE, OTHER_PERSON, PERSON, race

DENIED = replace(
    EVENT,
    id="0000000000000002",
    at=NOW + 1,
    method=Method.FACE,
    granted=False,
    reason=Reason.NO_RIGHT,
    opening=Opening.NONE,
)
NOBODY = replace(DENIED, id="0000000000000003", at=NOW + 2, person_id=None, pass_id=None, access_point_id=HALL.id)


def test_an_event_stands_once(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        assert stores.events.add(EVENT)
        assert not stores.events.add(replace(EVENT, granted=False))
        assert stores.events.add(DENIED)
        assert stores.events.get(EVENT.id) == EVENT
        assert stores.events.get(DENIED.id) == DENIED
        assert stores.events.get("f" * 16) is None


def test_a_denial_alone_gives_way_to_the_grant_that_it_turned_out_to_be(house: PeeweeDatabase) -> None:
    grant = replace(DENIED, granted=True, reason=None, opening=Opening.PENDING, at=NOW + 9)
    with house.transaction() as stores:
        stores.events.add(EVENT)
        stores.events.add(DENIED)
        assert not stores.events.overrule(replace(grant, gate_id="0" * 16))
        assert not stores.events.overrule(replace(grant, access_point_id=HALL.id))
        assert not stores.events.overrule(replace(grant, id=EVENT.id))
        assert stores.events.get(DENIED.id) == DENIED
        assert stores.events.overrule(grant)
        assert (stores.events.get(DENIED.id), stores.events.get(EVENT.id)) == (grant, EVENT)


def test_one_of_many_records_the_event(house: PeeweeDatabase) -> None:
    assert race(house, 60, 6, lambda stores, _: stores.events.add(EVENT)) == 1


def test_what_opened_stays_opened_and_a_denial_never_opens(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        events = stores.events
        events.add(EVENT)
        events.add(DENIED)
        events.set_opening(EVENT.id, Opening.UNKNOWN, NOW + 4)
        assert events.get(EVENT.id) == replace(EVENT, opening=Opening.UNKNOWN)
        events.set_opening(EVENT.id, Opening.OPENED, NOW + 5)
        events.set_opening(EVENT.id, Opening.FAILED, NOW + 6)
        assert events.get(EVENT.id) == replace(EVENT, opening=Opening.OPENED, opened_at=NOW + 5)
        events.set_opening(DENIED.id, Opening.OPENED, NOW + 5)
        assert events.get(DENIED.id) == DENIED


def test_events_by_person_and_by_estate_newest_first(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        events = stores.events
        for event in (EVENT, DENIED, NOBODY):
            events.add(event)
        assert events.of_person(PERSON.id, NOW, 9) == [DENIED, EVENT]
        assert events.of_person(PERSON.id, NOW + 1, 9) == [DENIED]
        assert events.of_person(OTHER_PERSON.id, NOW, 9) == []
        assert events.of_estate(ESTATE.id, NOW, 2) == [NOBODY, DENIED]
        assert events.of_estate(OTHER_ESTATE.id, NOW, 2) == []


def test_search_filters_and_pages(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        events = stores.events
        for event in (EVENT, DENIED, NOBODY):
            events.add(event)
        assert events.search(ESTATE.id, NOW, NOW + 3, None, None, 0, 9) == [NOBODY, DENIED, EVENT]
        assert events.search(ESTATE.id, NOW, NOW + 2, None, None, 0, 9) == [DENIED, EVENT]
        assert events.search(ESTATE.id, NOW, NOW + 3, HALL.id, None, 0, 9) == [NOBODY]
        assert events.search(ESTATE.id, NOW, NOW + 3, None, True, 0, 9) == [EVENT]
        assert events.search(ESTATE.id, NOW, NOW + 3, DOOR.id, False, 0, 9) == [DENIED]
        assert events.search(ESTATE.id, NOW, NOW + 3, None, None, 1, 1) == [DENIED]
        assert events.search(OTHER_ESTATE.id, NOW, NOW + 3, None, None, 0, 9) == []


def test_old_events_of_one_estate_are_deleted(house: PeeweeDatabase) -> None:
    elsewhere = replace(EVENT, id="0000000000000004", estate_id=OTHER_ESTATE.id)
    with house.transaction() as stores:
        for event in (EVENT, DENIED, elsewhere):
            stores.events.add(event)
        assert stores.events.delete_before(ESTATE.id, NOW + 1) == 1
        assert stores.events.get(EVENT.id) is None
        assert stores.events.get(DENIED.id) == DENIED
        assert stores.events.get(elsewhere.id) == elsewhere
