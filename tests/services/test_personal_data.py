"""The one door to personal fields: recorded, visible to the person, and noticed when it is used on many."""

from __future__ import annotations

import pytest

from access.domain.people import App
from access.domain.reading import ReadPurpose
from access.domain.times import HOUR
from access.services import my_entries, personal_data, register
from access.services.personal_data import ALARM_PEOPLE, Reader
from tests.estate import Place, TestHouse, resident


def look(wired: TestHouse, place: Place, *person_ids: str) -> dict[str, personal_data.PersonalData]:
    reader = Reader(f"staff:{place.operations.staff.id}", ReadPurpose.MANAGE_RESIDENTS, wired.clock.now())
    with wired.house.db.transaction() as stores:
        return personal_data.read(stores, wired.house.keyring, person_ids, reader)


def alarms(wired: TestHouse) -> list[str]:
    with wired.house.db.reading() as stores:
        return [entry.subject for entry in stores.audit.page(0, 10_000) if entry.tag == "alarm:look:many"]


@pytest.mark.rule("L19")
def test_a_neighbour_on_the_staff_is_seen_by_whom_they_look_up(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    assert look(wired, place, alice)[alice].name == "alice"
    (seen,) = my_entries.look_ups(wired.house, alice)
    assert seen.reader == f"staff:{place.operations.staff.display_name}"
    assert (seen.purpose, seen.at, seen.fields) == (
        ReadPurpose.MANAGE_RESIDENTS,
        wired.clock.now(),
        ("name", "phone"),
    )


def test_no_record_no_reading(wired: TestHouse, place: Place) -> None:
    """Reading and record are one transaction: outside one that writes, nothing is read."""
    alice = resident(wired.house, place, "alice")
    reader = Reader(f"staff:{place.operations.staff.id}", ReadPurpose.MANAGE_RESIDENTS, wired.clock.now())
    with wired.house.db.reading() as stores, pytest.raises(RuntimeError):
        personal_data.read(stores, wired.house.keyring, [alice], reader)


@pytest.mark.rule("L19")
def test_going_through_the_neighbours_raises_an_alarm_once_an_hour(wired: TestHouse, place: Place) -> None:
    people = [
        register.ensure_person(wired.house, App.OFFICIAL_ACCOUNT, f"openid-{n}") for n in range(ALARM_PEOPLE + 2)
    ]
    look(wired, place, *people[:ALARM_PEOPLE])
    look(wired, place, *people[:ALARM_PEOPLE])
    assert alarms(wired) == []
    look(wired, place, people[ALARM_PEOPLE])
    look(wired, place, people[ALARM_PEOPLE + 1])
    assert alarms(wired) == [place.operations.staff.id]
    wired.clock.advance(2 * HOUR)
    look(wired, place, people[0])
    assert alarms(wired) == [place.operations.staff.id]
