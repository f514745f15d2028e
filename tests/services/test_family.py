"""A family with a child: added without a phone, a card and a face at the desk; fourteen; a phone at last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from access.domain.consent import Channel, ConsentStatus, Purpose
from access.domain.errors import Conflict, KaimenError, NotFound, NotPermitted
from access.domain.faces import Match, NoMatch
from access.domain.people import App
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.times import DAY
from access.services import (
    approve_residency,
    ask_anew,
    consent_receipt,
    consents,
    enrol,
    family,
    guardians,
    manage_cards,
    my_entries,
    outbox,
    phone_sign_in,
    register,
    retention,
)
from access.services.ask_anew import Why
from access.services.family import NewChild
from access.services.publish_notice import publish_notice
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse, agree, newcomer, resident
from tests.fakes import picture

FACE = (Purpose.FACE_USE, Purpose.FACE_SERVER)
BORN = "2017-05"


def settle(wired: TestHouse) -> None:
    while outbox.run_once(wired.house):
        pass


def show(wired: TestHouse, place: Place, person_id: str) -> str:
    notice = consents.current_notice(wired.house, place.estate.id).hash
    consents.record_shown(wired.house, person_id, notice)
    return notice


def add(
    wired: TestHouse, place: Place, guardian: str, born: str = BORN, household: str = "1-101", name: str = "小明"
) -> Residency:
    notice = show(wired, place, guardian)
    told = NewChild(name, born, place.households[household].id)
    return family.add_child(wired.house, guardian, place.estate.id, told, notice, Channel.PAGE)


def living(wired: TestHouse, place: Place, guardian: str, born: str = BORN) -> str:
    """A child whom staff have approved; person id."""
    stay = add(wired, place, guardian, born)
    approve_residency.approve(wired.house, place.operations.staff, stay.id)
    return stay.person_id


def answer(wired: TestHouse, place: Place, guardian: str, child: str, purpose: Purpose, given: bool = True) -> None:
    notice = show(wired, place, guardian)
    guardians.answer_for_child(wired.house, guardian, child, place.estate.id, purpose, given, notice, Channel.PAGE)


def with_face(wired: TestHouse, place: Place, guardian: str, child: str) -> None:
    for purpose in FACE:
        answer(wired, place, guardian, child, purpose)
    enrol.enrol_face(wired.house, child, place.estate.id, [picture("xiaoming")], Channel.DESK)
    settle(wired)


def seen(wired: TestHouse, place: Place) -> object:
    return wired.faces.identify(place.estate.id, place.gate.id, [picture("xiaoming")])


@pytest.mark.rule("L5")
def test_a_child_without_a_phone_gets_a_card_and_a_face_at_the_desk(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    wired.wechat.wrote("openid-of-mother")
    stay = add(wired, place, mother)
    assert (stay.status, stay.role) == (ResidencyStatus.PENDING, Role.FAMILY)
    approve_residency.approve(wired.house, place.operations.staff, stay.id)
    manage_cards.add_card(wired.house, place.operations.staff, stay.person_id, "0A1B2C3D")
    with pytest.raises(NotPermitted) as not_yet:
        enrol.enrol_face(wired.house, stay.person_id, place.estate.id, [picture("xiaoming")], Channel.DESK)
    assert not_yet.value.code == "face.consent"
    with_face(wired, place, mother, stay.person_id)
    assert seen(wired, place) == Match(stay.person_id, 0.9, 0.5)
    (found,) = family.children(wired.house, mother, place.estate.id)
    assert (found.name, found.household, found.has_phone, found.grown) == ("小明", "1-101", False, False)
    assert all(found.agrees(purpose, wired.clock.now()) for purpose in (Purpose.ACCESS, *FACE))
    told = wired.wechat.texts("openid-of-mother")
    assert any(text.startswith("about_child words=residency_approved") for text in told)
    assert any(text.startswith("about_child words=card_added") for text in told)


@pytest.mark.rule("L5", "L26")
def test_the_receipt_says_that_a_guardian_answered(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    child = living(wired, place, mother)
    (access,) = consents.mine(wired.house, child, place.estate.id)
    receipt = consent_receipt.receipt(wired.house, mother, access.id)
    assert '"entity_role": "guardian"' in receipt
    assert f'"entity_id": "{mother}"' in receipt
    assert f'"pii_principal_id": "{child}"' in receipt


@pytest.mark.rule("L5")
@pytest.mark.parametrize(
    ("who", "born", "household", "name", "code"),
    [
        ("neighbour", BORN, "1-101", "小明", "consent.guardian"),
        ("helper", BORN, "1-101", "小明", "consent.guardian"),
        ("minor", BORN, "1-101", "小明", "consent.guardian"),
        ("asker", BORN, "1-101", "小明", "consent.guardian"),
        ("mother", BORN, "1-102", "小明", "consent.guardian"),
        ("mother", "2010-05", "1-101", "小明", "person.not_a_child"),
        ("mother", "2017", "1-101", "小明", "person.birth"),
        ("mother", "'; --", "1-101", "小明", "person.birth"),
        ("mother", BORN, "1-101", "<b>", "person.name"),
    ],
)
def test_only_an_adult_of_the_household_registers_a_child_of_it(
    wired: TestHouse, place: Place, who: str, born: str, household: str, name: str, code: str
) -> None:
    house = wired.house
    people = {"mother": resident(house, place, "mother"), "neighbour": resident(house, place, "n", "1-102")}
    people["minor"] = resident(house, place, "minor", role=Role.FAMILY)
    guardians.set_birth_month(house, people["minor"], "2010-01", Channel.PAGE)
    people["asker"] = newcomer(house, place, "asker")
    register.request_residency(house, people["asker"], place.households["1-101"].id, Role.FAMILY, None)
    people["helper"] = newcomer(house, place, "helper")
    stay = register.request_residency(
        house, people["helper"], place.households["1-101"].id, Role.HELPER, date(2027, 1, 1)
    )
    approve_residency.approve(house, place.operations.staff, stay.id)
    with pytest.raises(KaimenError) as refused:
        add(wired, place, people[who], born, household, name)
    assert refused.value.code == code
    assert family.children(house, people["mother"], place.estate.id) == ()


def test_the_notice_is_shown_to_the_guardian_first(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    told = NewChild("小明", BORN, place.households["1-101"].id)
    publish_notice(wired.house, place.audit.staff, "新", "New", BODY_ZH + "新。", BODY_EN + " New.", material=True)
    unseen = consents.current_notice(wired.house, place.estate.id).hash
    with pytest.raises(NotPermitted) as refused:
        family.add_child(wired.house, mother, place.estate.id, told, unseen, Channel.PAGE)
    assert refused.value.code == "consent.notice"
    with wired.house.db.reading() as stores:
        assert len(stores.residencies.of_household(place.households["1-101"].id)) == 1


def test_a_household_has_a_bounded_number_of_children(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    for _ in range(family.MAX_CHILDREN):
        add(wired, place, mother)
    with pytest.raises(Conflict):
        add(wired, place, mother)


def test_a_tenants_child_leaves_with_the_tenant(wired: TestHouse, place: Place) -> None:
    tenant = newcomer(wired.house, place, "tenant")
    stay = register.request_residency(
        wired.house, tenant, place.households["1-101"].id, Role.TENANT, date(2027, 1, 1)
    )
    approve_residency.approve(wired.house, place.operations.staff, stay.id)
    assert add(wired, place, tenant).valid_to == stay.valid_to


@pytest.mark.rule("L5")
def test_at_fourteen_the_guardians_yes_ends_the_card_goes_on_and_the_young_person_is_asked(
    wired: TestHouse, place: Place
) -> None:
    mother = resident(wired.house, place, "mother")
    child = living(wired, place, mother, "2012-11")
    manage_cards.add_card(wired.house, place.operations.staff, child, "0A1B2C3D")
    with_face(wired, place, mother, child)
    wired.clock.advance(72 * DAY)  # December 2026
    wired.wechat.wrote("openid-of-mother")
    assert seen(wired, place) == NoMatch()
    assert [retention.expire_consents(wired.house) for _ in range(2)] == [1, 0]
    settle(wired)
    told = wired.wechat.texts("openid-of-mother")
    assert sum("turned_fourteen" in text for text in told) == 1
    card = wired.house.db
    with card.reading() as stores:
        assert [r.is_live(wired.clock.now()) for r in stores.residencies.of_person(child)] == [True]
        kinds = {c.kind.value: c.status.value for c in stores.credentials.of_person(child, place.estate.id)}
    assert kinds["card"] == "active"
    # a phone of their own at last: the code that the guardian hands over leads it to them
    (grown,) = family.children(wired.house, mother, place.estate.id)
    assert (grown.grown, grown.has_phone) == (True, False)
    code = family.code_for_phone(wired.house, mother, child, place.estate.id)
    phone = register.ensure_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-of-xiaoming")
    assert phone_sign_in.join_account(wired.house, phone, App.OFFICIAL_ACCOUNT, code.token.lower()) == child
    due = {one.purpose: one.why for one in ask_anew.due(wired.house, child, place.estate.id)}
    assert due == dict.fromkeys((Purpose.ACCESS, *FACE), Why.FOURTEEN)
    with pytest.raises(NotPermitted) as over:
        answer(wired, place, mother, child, Purpose.FACE_USE)
    assert over.value.code == "consent.not_a_child"
    wired.clock.advance(1)
    notice = show(wired, place, child)
    for purpose, given in ((Purpose.ACCESS, True), (Purpose.FACE_USE, False)):
        answered = ask_anew.answer(wired.house, child, place.estate.id, purpose, given, notice, Channel.CHAT)
        assert answered.guardian_id is None
    due = {one.purpose: one.why for one in ask_anew.due(wired.house, child, place.estate.id)}
    assert due == {Purpose.FACE_SERVER: Why.FOURTEEN}
    assert family.children(wired.house, mother, place.estate.id) == ()


@pytest.mark.rule("L5")
def test_a_changed_notice_is_asked_of_the_guardian_not_of_the_child(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    child = living(wired, place, mother)
    with_face(wired, place, mother, child)
    publish_notice(wired.house, place.audit.staff, "新", "New", BODY_ZH + "新。", BODY_EN + " New.", material=True)
    assert ask_anew.due(wired.house, child, place.estate.id) == ()
    (found,) = family.children(wired.house, mother, place.estate.id)
    assert {one.purpose for one in found.due} == {Purpose.ACCESS, *FACE}
    with wired.house.db.reading() as stores:
        assert family.waits(stores, mother, place.estate.id, wired.clock.now())
    answer(wired, place, mother, child, Purpose.ACCESS)
    answer(wired, place, mother, child, Purpose.FACE_USE, given=False)
    assert seen(wired, place) == NoMatch()
    (found,) = family.children(wired.house, mother, place.estate.id)
    assert (found.due, found.answers[Purpose.FACE_USE].status) == ((), ConsentStatus.WITHDRAWN)


def test_a_guardian_has_the_childs_copy_and_can_take_the_child_out(wired: TestHouse, place: Place) -> None:
    mother, neighbour = resident(wired.house, place, "mother"), resident(wired.house, place, "n", "1-102")
    child = living(wired, place, mother)
    held = family.copy(wired.house, mother, child, place.estate.id)
    assert held["person"]["name"] == "小明"  # type: ignore[index]
    for act in (family.copy, family.code_for_phone):
        with pytest.raises((NotPermitted, NotFound)):
            act(wired.house, neighbour, child, place.estate.id)
    with pytest.raises(NotPermitted):
        family.remove(wired.house, neighbour, child, place.estate.id, Channel.PAGE)
    assert len(family.remove(wired.house, mother, child, place.estate.id, Channel.PAGE)) == 1
    assert family.children(wired.house, mother, place.estate.id) == ()
    with pytest.raises(NotFound):
        family.copy(wired.house, mother, child, place.estate.id)


def test_an_adult_of_the_household_is_no_child_to_the_others(wired: TestHouse, place: Place) -> None:
    mother, father = resident(wired.house, place, "mother"), resident(wired.house, place, "father")
    for act in (family.copy, family.code_for_phone):
        with pytest.raises(NotFound):
            act(wired.house, mother, father, place.estate.id)
    with pytest.raises(NotFound):
        family.remove(wired.house, mother, father, place.estate.id, Channel.PAGE)


@pytest.mark.rule("L19")
def test_the_child_sees_that_a_guardian_looked(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    child = living(wired, place, mother)
    family.children(wired.house, mother, place.estate.id)
    assert [(look.reader, look.purpose.value) for look in my_entries.look_ups(wired.house, child)] == [
        ("person", "guardian")
    ]


def test_staff_correct_a_month_of_birth_and_the_childs_own_yes_ends(wired: TestHouse, place: Place) -> None:
    child = resident(wired.house, place, "xiaoming", role=Role.FAMILY)
    agree(wired.house, place, child, *FACE)
    guardians.correct_birth_month(wired.house, place.operations.staff, child, "2001-03")
    guardians.correct_birth_month(wired.house, place.operations.staff, child, BORN)
    answers = {one.purpose: one for one in consents.mine(wired.house, child, place.estate.id)}
    assert {answers[purpose].status for purpose in FACE} == {ConsentStatus.WITHDRAWN}
    stranger = newcomer(wired.house, place, "stranger")
    with pytest.raises(NotFound):
        guardians.correct_birth_month(wired.house, place.operations.staff, stranger, BORN)
    other = replace(place.operations.staff, estate_id="0" * 16)
    with pytest.raises(NotFound):
        guardians.correct_birth_month(wired.house, other, child, BORN)


def test_saying_the_month_of_birth_leaves_a_guardians_yes_alone(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    child = living(wired, place, mother)
    for purpose in FACE:
        answer(wired, place, mother, child, purpose)
    guardians.correct_birth_month(wired.house, place.operations.staff, child, "2017-06")
    (found,) = family.children(wired.house, mother, place.estate.id)
    assert all(found.agrees(purpose, wired.clock.now()) for purpose in FACE)


@pytest.mark.rule("L5", "L6")
def test_the_end_of_a_childs_consent_is_told_to_the_guardian_who_renews_it(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    child = living(wired, place, mother)
    with_face(wired, place, mother, child)
    wired.clock.advance(340 * DAY)
    wired.wechat.wrote("openid-of-mother")
    assert [ask_anew.remind(wired.house) for _ in range(2)] == [1, 0]
    settle(wired)
    assert wired.wechat.texts("openid-of-mother")[-1].startswith("childs_consent_expiring family_url=")
    (found,) = family.children(wired.house, mother, place.estate.id)
    assert [one.purpose for one in found.due] == list(FACE)
    for purpose in FACE:
        answer(wired, place, mother, child, purpose)
    wired.clock.advance(60 * DAY)
    assert retention.expire_consents(wired.house) == 0
    assert seen(wired, place) == Match(child, 0.9, 0.5)


@pytest.mark.rule("L5")
def test_a_consent_that_ends_at_fourteen_is_not_renewed_before(wired: TestHouse, place: Place) -> None:
    mother = resident(wired.house, place, "mother")
    child = living(wired, place, mother, "2012-11")
    with_face(wired, place, mother, child)
    wired.clock.advance(50 * DAY)
    assert ask_anew.remind(wired.house) == 0
    (found,) = family.children(wired.house, mother, place.estate.id)
    assert found.due == ()
