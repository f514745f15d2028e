"""Becoming known."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from access.domain.consent import Purpose
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.people import App
from access.domain.residency import ResidencyStatus, Role
from access.domain.times import DAY
from access.services import register
from tests.estate import Place, TestHouse, newcomer, resident


def test_one_person_for_one_account_however_many_ask(wired: TestHouse) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(register.ensure_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-a"))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert register.find_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-a") == found[0]
    assert register.find_person(wired.house, App.MINI_PROGRAM, "openid-a") is None


def test_a_name_is_kept_sealed(wired: TestHouse) -> None:
    person_id = register.ensure_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-a")
    register.set_name(wired.house, person_id, "  王  小明\u202e ")
    with wired.house.db.reading() as stores:
        person = stores.people.person(person_id)
        assert person is not None
        assert "王".encode() not in person.name_sealed
        assert wired.house.keyring.open_identity(stores, person_id, person.name_sealed) == "王 小明"


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 41, "\u0000\u0007", "12345", "１２３", "----", "<b>王</b>", "{{7*7}}", "a{b}"]
)
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        register.clean_name(name)
    assert caught.value.code == "person.name"


@pytest.mark.parametrize("name", ["王小明", "阿卜杜拉·买买提", "Anne-Marie O'Neill", "Ольга", "José Ruiz", "ཚེ་རིང"])
def test_names_of_every_script_are_kept_as_written(name: str) -> None:
    assert register.clean_name(name) == name


def test_staff_see_that_a_resident_changed_the_name_but_not_the_names(wired: TestHouse, place: Place) -> None:
    person_id = newcomer(wired.house, place, "Anna")
    register.set_name(wired.house, person_id, "Anne")
    assert _renamings(wired) == []
    alice = resident(wired.house, place, "Alice", "1-101")
    register.set_name(wired.house, alice, "Alice")
    register.set_name(wired.house, alice, "Alicia")
    assert _renamings(wired) == [(f"person:{alice}", alice, {"estate": place.estate.id})]


def _renamings(wired: TestHouse) -> list[tuple[str, str, dict[str, object]]]:
    with wired.house.db.reading() as stores:
        rows = stores.audit.page(0, 1000)
    return [(r.actor, r.subject, dict(r.details)) for r in rows if r.tag == "person:name:change"]


@pytest.mark.parametrize("text", ["1-101", " 1-101 ", "1栋101", "1号楼 101室", "1 - 101", "１－１０１", "1#101"])
def test_a_household_is_found_by_what_people_write(wired: TestHouse, place: Place, text: str) -> None:
    found = register.find_household(wired.house, place.estate.id, text)
    assert found == place.households["1-101"]


@pytest.mark.parametrize("text", ["", "9-999", "'; DROP TABLE households; --", "{{7*7}}", "-" * 500])
def test_an_unknown_household_is_nothing(wired: TestHouse, place: Place, text: str) -> None:
    assert register.find_household(wired.house, place.estate.id, text) is None


def test_a_request_waits_for_staff(wired: TestHouse, place: Place) -> None:
    person_id = newcomer(wired.house, place, "alice")
    residency = register.request_residency(
        wired.house, person_id, place.households["1-101"].id, Role.TENANT, date(2027, 1, 31)
    )
    assert residency.status is ResidencyStatus.PENDING
    assert not residency.is_live(wired.clock.now())
    # the last day counts: the end is the first instant after it in Shanghai
    assert residency.valid_to == 1_801_411_200_000


@pytest.mark.parametrize(
    ("role", "last_day", "code"),
    [
        (Role.TENANT, None, "residency.until"),
        (Role.HELPER, None, "residency.until"),
        (Role.TENANT, date(2020, 1, 1), "residency.until"),
        (Role.OWNER, date(2090, 1, 1), "residency.until"),
    ],
)
def test_an_end_that_cannot_be(
    wired: TestHouse, place: Place, role: Role, last_day: date | None, code: str
) -> None:
    person_id = newcomer(wired.house, place, "alice")
    with pytest.raises(InvalidInput) as caught:
        register.request_residency(wired.house, person_id, place.households["1-101"].id, role, last_day)
    assert caught.value.code == code


def test_no_request_without_notice_and_name(wired: TestHouse, place: Place) -> None:
    person_id = register.ensure_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-a")
    household = place.households["1-101"].id
    with pytest.raises(NotPermitted, match="name"):
        register.request_residency(wired.house, person_id, household, Role.OWNER, None)
    register.set_name(wired.house, person_id, "Alice")
    with pytest.raises(NotPermitted) as caught:
        register.request_residency(wired.house, person_id, household, Role.OWNER, None)
    assert caught.value.code == "consent.access"


def test_asking_twice_and_too_often(wired: TestHouse, place: Place) -> None:
    person_id = newcomer(wired.house, place, "alice")
    for label in ("1-101", "1-102", "2-101"):
        register.request_residency(wired.house, person_id, place.households[label].id, Role.OWNER, None)
    with pytest.raises(Conflict) as again:
        register.request_residency(wired.house, person_id, place.households["1-101"].id, Role.OWNER, None)
    assert again.value.code == "residency.asked"
    with pytest.raises(Conflict) as many:
        register.request_residency(wired.house, person_id, place.households["2-102"].id, Role.OWNER, None)
    assert many.value.code == "residency.many"
    with pytest.raises(NotFound):
        register.request_residency(wired.house, person_id, "0" * 16, Role.OWNER, None)


def test_access_is_not_bundled_with_face(wired: TestHouse, place: Place) -> None:
    person_id = newcomer(wired.house, place, "alice")
    wired.clock.advance(DAY)
    with wired.house.db.reading() as stores:
        assert stores.consents.latest(person_id, place.estate.id, Purpose.FACE_USE) is None


def test_a_refused_request_leaves_the_name_as_it_was(wired: TestHouse, place: Place) -> None:
    person_id = newcomer(wired.house, place, "alice")
    household = place.households["1-101"].id
    register.request_residency(wired.house, person_id, household, Role.OWNER, None)
    with pytest.raises(Conflict):
        register.request_residency(wired.house, person_id, household, Role.OWNER, None, "Impostor")
    with pytest.raises(InvalidInput):
        register.request_residency(
            wired.house, person_id, place.households["2-101"].id, Role.TENANT, None, "Impostor"
        )
    with wired.house.db.reading() as stores:
        person = stores.people.person(person_id)
        assert person is not None
        assert wired.house.keyring.open_identity(stores, person_id, person.name_sealed) == "alice"
