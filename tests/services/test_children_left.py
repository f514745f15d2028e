"""A guardian leaves: with nobody left the children leave too; with an adult left the face alone stops."""

from __future__ import annotations

from datetime import date

import pytest

from access.domain.consent import Channel, ConsentStatus, Purpose
from access.domain.credentials import CredentialStatus
from access.domain.erasure import Cause
from access.domain.faces import Match, NoMatch
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.times import DAY
from access.services import close_account, guardians, manage_cards, move_out
from access.services.approve_residency import approve as approve_by_staff
from access.services.register import request_residency
from tests.estate import Place, TestHouse, newcomer, resident
from tests.services.test_family import FACE, add, answer, living, seen, settle, with_face


def stay_of(wired: TestHouse, person_id: str) -> Residency:
    with wired.house.db.reading() as stores:
        (stay,) = stores.residencies.of_person(person_id)
    return stay


def leaves(wired: TestHouse, place: Place, person_id: str) -> None:
    move_out.end_residency(
        wired.house, stay_of(wired, person_id).id, f"staff:{place.operations.staff.id}", "搬走了"
    )


def cards(wired: TestHouse, place: Place, person_id: str) -> list[CredentialStatus]:
    with wired.house.db.reading() as stores:
        return [one.status for one in stores.credentials.of_person(person_id, place.estate.id)]


def erased(wired: TestHouse, person_id: str) -> list[tuple[Cause, bool]]:
    with wired.house.db.reading() as stores:
        return [(one.cause, one.completed_at is not None) for one in stores.erasures.of_person(person_id)]


def face_answers(wired: TestHouse, place: Place, child: str) -> list[ConsentStatus]:
    with wired.house.db.reading() as stores:
        latest = [stores.consents.latest(child, place.estate.id, purpose) for purpose in FACE]
    return [one.status for one in latest if one is not None]


@pytest.fixture
def mother(wired: TestHouse, place: Place) -> str:
    wired.wechat.wrote("openid-of-mother")
    return resident(wired.house, place, "mother")


@pytest.fixture
def child(wired: TestHouse, place: Place, mother: str) -> str:
    """A child with a card and a face, to both of which the mother agreed."""
    found = living(wired, place, mother)
    manage_cards.add_card(wired.house, place.operations.staff, found, "0A1B2C3D")
    with_face(wired, place, mother, found)
    assert seen(wired, place) == Match(found, 0.9, 0.5)
    return found


@pytest.mark.rule("L5", "L12")
def test_with_nobody_left_the_children_leave_too(wired: TestHouse, place: Place, mother: str, child: str) -> None:
    asked = add(wired, place, mother, name="小红")
    wired.wechat.wrote("openid-of-mother")
    leaves(wired, place, mother)
    assert seen(wired, place) == NoMatch()
    assert stay_of(wired, child).status is ResidencyStatus.ENDED
    assert stay_of(wired, asked.person_id).status is ResidencyStatus.REFUSED
    assert set(cards(wired, place, child)) == {CredentialStatus.DISABLED}
    assert face_answers(wired, place, child) == [ConsentStatus.WITHDRAWN, ConsentStatus.WITHDRAWN]
    settle(wired)
    assert erased(wired, child) == [(Cause.MOVED_OUT, True)]
    told = wired.wechat.texts("openid-of-mother")
    assert sum(text.startswith("about_child words=residency_ended") for text in told) == 2


@pytest.mark.rule("L5", "L6")
def test_where_an_adult_remains_the_face_stops_and_they_are_asked(
    wired: TestHouse, place: Place, mother: str, child: str
) -> None:
    wired.wechat.wrote("openid-of-father")
    father = resident(wired.house, place, "father", role=Role.FAMILY)
    leaves(wired, place, mother)
    assert seen(wired, place) == NoMatch()
    assert stay_of(wired, child).is_live(wired.clock.now())
    assert cards(wired, place, child) == [CredentialStatus.ACTIVE]
    assert face_answers(wired, place, child) == [ConsentStatus.EXPIRED, ConsentStatus.EXPIRED]
    settle(wired)
    assert erased(wired, child) == [(Cause.CONSENT_EXPIRED, True)]
    assert any(text.startswith("guardian_left") for text in wired.wechat.texts("openid-of-father"))
    assert any(text.startswith("childs_answers_ended") for text in wired.wechat.texts("openid-of-mother"))
    with_face(wired, place, father, child)
    assert seen(wired, place) == Match(child, 0.9, 0.5)


def test_what_another_guardian_agreed_to_goes_on(wired: TestHouse, place: Place, mother: str) -> None:
    father = resident(wired.house, place, "father", role=Role.FAMILY)
    child = living(wired, place, mother)
    with_face(wired, place, father, child)
    leaves(wired, place, mother)
    assert seen(wired, place) == Match(child, 0.9, 0.5)
    assert erased(wired, child) == []


def test_messages_about_the_child_go_to_who_lives_there(
    wired: TestHouse, place: Place, mother: str, child: str
) -> None:
    wired.wechat.wrote("openid-of-father")
    resident(wired.house, place, "father", role=Role.FAMILY)
    leaves(wired, place, mother)
    settle(wired)
    before = len(wired.wechat.texts("openid-of-mother"))
    manage_cards.add_card(wired.house, place.operations.staff, child, "0A1B2C3E")
    settle(wired)
    assert wired.wechat.texts("openid-of-father")[-1].startswith("about_child words=card_added")
    assert len(wired.wechat.texts("openid-of-mother")) == before


@pytest.mark.parametrize("who", ["helper", "minor"])
def test_a_helper_or_a_minor_is_no_adult_of_the_household(
    wired: TestHouse, place: Place, mother: str, child: str, who: str
) -> None:
    if who == "minor":
        brother = resident(wired.house, place, "brother", role=Role.FAMILY)
        guardians.set_birth_month(wired.house, brother, "2010-01", Channel.PAGE)
    else:
        helper = newcomer(wired.house, place, "helper")
        wanted = place.households["1-101"].id
        asked = request_residency(wired.house, helper, wanted, Role.HELPER, date(2027, 1, 1))
        approve_by_staff(wired.house, place.operations.staff, asked.id)
    leaves(wired, place, mother)
    assert stay_of(wired, child).status is ResidencyStatus.ENDED


def test_when_a_helper_leaves_the_children_stay(wired: TestHouse, place: Place, child: str) -> None:
    helper = newcomer(wired.house, place, "helper")
    asked = request_residency(wired.house, helper, place.households["1-101"].id, Role.HELPER, date(2027, 1, 1))
    approve_by_staff(wired.house, place.operations.staff, asked.id)
    leaves(wired, place, helper)
    assert stay_of(wired, child).is_live(wired.clock.now())
    assert seen(wired, place) == Match(child, 0.9, 0.5)


def test_a_closed_account_leaves_no_child_behind(wired: TestHouse, place: Place, mother: str, child: str) -> None:
    close_account.close_account(wired.house, mother)
    settle(wired)
    assert stay_of(wired, child).status is ResidencyStatus.ENDED
    assert erased(wired, child) == [(Cause.MOVED_OUT, True)]


def test_a_tenancy_that_ends_by_the_clock_ends_the_childs_with_it(wired: TestHouse, place: Place) -> None:
    tenant = newcomer(wired.house, place, "tenant")
    wanted = place.households["1-101"].id
    asked = request_residency(wired.house, tenant, wanted, Role.TENANT, date(2026, 9, 30))
    approve_by_staff(wired.house, place.operations.staff, asked.id)
    child = living(wired, place, tenant)
    answer(wired, place, tenant, child, Purpose.FACE_USE)
    wired.clock.advance(11 * DAY)
    assert move_out.end_lapsed(wired.house) == 2
    settle(wired)
    assert stay_of(wired, child).status is ResidencyStatus.ENDED
    assert erased(wired, child) == [(Cause.TENANCY_ENDED, True)]
