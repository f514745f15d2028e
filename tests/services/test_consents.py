"""Asking and answering: once, never again after a no, anew when it matters; a guardian for a child."""

from __future__ import annotations

import pytest

from access.domain.consent import Channel, Consent, ConsentStatus, Purpose
from access.domain.erasure import Cause
from access.domain.errors import Conflict, InvalidInput, NotPermitted
from access.domain.faces import Match, NoMatch
from access.domain.residency import Role
from access.domain.times import DAY, HOUR
from access.services import consents, enrol, guardians, outbox, retention, withdraw
from access.services.publish_notice import publish_notice
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse, agree, newcomer, resident
from tests.fakes import picture

FACE = (Purpose.FACE_USE, Purpose.FACE_SERVER)


def settle(wired: TestHouse) -> None:
    while outbox.run_once(wired.house):
        pass


def say(wired: TestHouse, place: Place, person_id: str, purpose: Purpose, given: bool) -> Consent:
    """Answer without a new showing, as a repeated post would."""
    shown = consents.current_notice(wired.house, place.estate.id).hash
    return consents.answer(wired.house, person_id, place.estate.id, purpose, given, shown, Channel.PAGE)


def for_child(
    wired: TestHouse, place: Place, guardian: str, child: str, purpose: Purpose, given: bool = True
) -> Consent:
    notice = consents.current_notice(wired.house, place.estate.id)
    consents.record_shown(wired.house, guardian, notice.hash)
    return guardians.answer_for_child(
        wired.house, guardian, child, place.estate.id, purpose, given, notice.hash, Channel.PAGE
    )


@pytest.mark.rule("L4")
def test_whoever_refused_is_not_asked_again(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    assert consents.to_ask(wired.house, alice, place.estate.id) == (*FACE, Purpose.PHONE_CONTACT)
    say(wired, place, alice, Purpose.FACE_USE, False)
    wired.clock.advance(300 * DAY)
    assert Purpose.FACE_USE not in consents.to_ask(wired.house, alice, place.estate.id)
    publish_notice(wired.house, place.audit.staff, "新", "New", BODY_ZH + "新。", BODY_EN + " New.", material=True)
    assert Purpose.FACE_USE not in consents.to_ask(wired.house, alice, place.estate.id)
    # beginning it oneself stays possible
    agree(wired.house, place, alice, Purpose.FACE_USE)
    assert consents.mine(wired.house, alice, place.estate.id)[1].status is ConsentStatus.GIVEN


@pytest.mark.rule("L4")
def test_whoever_withdrew_is_not_asked_again(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    agree(wired.house, place, alice, *FACE)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    assert not set(consents.to_ask(wired.house, alice, place.estate.id)) & set(FACE)


@pytest.mark.rule("L2", "L3")
def test_a_change_that_matters_asks_again_and_the_old_yes_holds_alone(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    agree(wired.house, place, alice, Purpose.FACE_USE)
    assert Purpose.FACE_USE not in consents.to_ask(wired.house, alice, place.estate.id)
    staff = place.audit.staff
    publish_notice(wired.house, staff, "告知书", "Notice", BODY_ZH + "错字。", BODY_EN + " Typo.", material=False)
    assert Purpose.FACE_USE not in consents.to_ask(wired.house, alice, place.estate.id)
    publish_notice(wired.house, staff, "告知书", "Notice", BODY_ZH + "新增。", BODY_EN + " More.", material=True)
    assert {Purpose.ACCESS, Purpose.FACE_USE} <= set(consents.to_ask(wired.house, alice, place.estate.id))
    answers = {answer.purpose: answer for answer in consents.mine(wired.house, alice, place.estate.id)}
    assert answers[Purpose.FACE_USE].is_live(wired.clock.now())
    assert Purpose.FACE_SERVER not in answers


def test_a_repeated_yes_neither_prolongs_nor_brings_back(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    agree(wired.house, place, alice, *FACE)
    first = consents.mine(wired.house, alice, place.estate.id)
    wired.clock.advance(HOUR)
    assert say(wired, place, alice, Purpose.FACE_USE, True).expires_at == first[1].expires_at
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    with pytest.raises(NotPermitted) as replayed:
        say(wired, place, alice, Purpose.FACE_USE, True)
    assert replayed.value.code == "consent.notice"
    wired.clock.advance(HOUR)
    agree(wired.house, place, alice, Purpose.FACE_USE)
    assert say(wired, place, alice, Purpose.FACE_USE, True).decided_at == wired.clock.now()


def test_a_repeated_no_is_written_once(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    first = say(wired, place, alice, Purpose.FACE_USE, False)
    wired.clock.advance(HOUR)
    assert say(wired, place, alice, Purpose.FACE_USE, False) == first
    agree(wired.house, place, alice, Purpose.FACE_USE)
    with pytest.raises(Conflict) as hidden:
        say(wired, place, alice, Purpose.FACE_USE, False)
    assert hidden.value.code == "consent.given"


@pytest.mark.rule("L5")
def test_a_childs_own_yes_is_none(wired: TestHouse, place: Place) -> None:
    child = resident(wired.house, place, "xiaoming", role=Role.FAMILY)
    guardians.set_birth_month(wired.house, child, "2016-03", Channel.PAGE)
    for purpose in FACE:
        with pytest.raises(NotPermitted) as stopped:
            agree(wired.house, place, child, purpose)
        assert stopped.value.code == "consent.age"
    with pytest.raises(NotPermitted) as no_sample:
        enrol.enrol_face(wired.house, child, place.estate.id, [picture("x")], Channel.PAGE)
    assert no_sample.value.code == "face.consent"


@pytest.mark.rule("L5")
def test_a_guardian_answers_until_fourteen_and_then_the_child_is_asked(wired: TestHouse, place: Place) -> None:
    guardian = resident(wired.house, place, "mother")
    child = resident(wired.house, place, "xiaoming", role=Role.FAMILY)
    guardians.set_birth_month(wired.house, child, "2012-11", Channel.PAGE)  # fourteen in November 2026
    given = [for_child(wired, place, guardian, child, purpose) for purpose in FACE]
    assert {one.guardian_id for one in given} == {guardian}
    enrol.enrol_face(wired.house, child, place.estate.id, [picture("xiaoming")], Channel.PAGE)
    settle(wired)
    seen = [picture("xiaoming")]
    assert wired.faces.identify(place.estate.id, place.gate.id, seen) == Match(child, 0.9, 0.5)
    wired.clock.advance(given[0].expires_at - wired.clock.now())
    assert given[0].expires_at - given[0].decided_at < 72 * DAY
    assert wired.faces.identify(place.estate.id, place.gate.id, seen) == NoMatch()
    assert retention.expire_consents(wired.house) == 1
    with wired.house.db.reading() as stores:
        assert stores.erasures.of_person(child)[0].cause is Cause.CONSENT_EXPIRED
    wired.clock.advance(1)
    agree(wired.house, place, child, *FACE)
    with pytest.raises(NotPermitted) as too_old:
        for_child(wired, place, guardian, child, Purpose.FACE_USE)
    assert too_old.value.code == "consent.not_a_child"


@pytest.mark.rule("L5")
def test_only_an_adult_of_the_household_is_a_guardian(wired: TestHouse, place: Place) -> None:
    child = resident(wired.house, place, "xiaoming", role=Role.FAMILY)
    guardians.set_birth_month(wired.house, child, "2016-03", Channel.PAGE)
    neighbour = resident(wired.house, place, "neighbour", "1-102")
    sister = resident(wired.house, place, "sister", role=Role.FAMILY)
    guardians.set_birth_month(wired.house, sister, "2010-01", Channel.PAGE)
    stranger = newcomer(wired.house, place, "stranger")
    for who in (child, neighbour, sister, stranger):
        with pytest.raises(NotPermitted) as refused:
            for_child(wired, place, who, child, Purpose.FACE_USE)
        assert refused.value.code == "consent.guardian"


def test_a_guardian_may_withdraw(wired: TestHouse, place: Place) -> None:
    guardian = resident(wired.house, place, "mother")
    child = resident(wired.house, place, "xiaoming", role=Role.FAMILY)
    guardians.set_birth_month(wired.house, child, "2016-03", Channel.PAGE)
    for purpose in FACE:
        for_child(wired, place, guardian, child, purpose)
    done = guardians.withdraw_for_child(wired.house, guardian, child, place.estate.id, Channel.PAGE)
    assert done.person_id == child
    with pytest.raises(Conflict):
        guardians.withdraw_for_child(wired.house, guardian, child, place.estate.id, Channel.PAGE)


def test_whoever_turns_out_to_be_a_child_loses_the_own_yes(wired: TestHouse, place: Place) -> None:
    child = resident(wired.house, place, "xiaoming", role=Role.FAMILY)
    agree(wired.house, place, child, *FACE)
    guardians.set_birth_month(wired.house, child, "2016-03", Channel.PAGE)
    assert not any(
        answer.is_live(wired.clock.now())
        for answer in consents.mine(wired.house, child, place.estate.id)
        if answer.purpose in FACE
    )
    with pytest.raises(Conflict):
        guardians.set_birth_month(wired.house, child, "2001-03", Channel.PAGE)


@pytest.mark.parametrize("text", ["", "2016", "2016-13", "16-03", "2016-3", "2016-03-01", "x", "2100-01"])
def test_a_month_of_birth_has_one_form(wired: TestHouse, place: Place, text: str) -> None:
    alice = resident(wired.house, place, "alice")
    with pytest.raises(InvalidInput):
        guardians.set_birth_month(wired.house, alice, text, Channel.PAGE)
