"""What is asked again, and what is not: a changed notice, a consent that ends, answers that are due but once."""

from __future__ import annotations

import pytest

from access.domain.consent import Channel, ConsentStatus, Purpose
from access.domain.errors import Conflict, NotPermitted
from access.domain.faces import Match, NoMatch
from access.domain.times import DAY, HOUR
from access.services import ask_anew, consent_receipt, consents, enrol, outbox, retention, withdraw
from access.services.ask_anew import Why
from access.services.publish_notice import publish_notice
from tests.estate import BODY_EN, BODY_ZH, Place, TestHouse, agree, resident
from tests.fakes import picture

FACE = (Purpose.FACE_USE, Purpose.FACE_SERVER)


def settle(wired: TestHouse) -> None:
    while outbox.run_once(wired.house):
        pass


def publish(wired: TestHouse, place: Place, more: str, material: bool = True) -> str:
    staff = place.audit.staff
    body = BODY_ZH + more, BODY_EN + f" {more}"
    return publish_notice(wired.house, staff, "告知书", "Notice", *body, material=material).hash


def due(wired: TestHouse, place: Place, person_id: str) -> dict[Purpose, Why]:
    return {one.purpose: one.why for one in ask_anew.due(wired.house, person_id, place.estate.id)}


def reply(
    wired: TestHouse, place: Place, person_id: str, purpose: Purpose, given: bool, shown: bool = True
) -> ConsentStatus:
    notice = consents.current_notice(wired.house, place.estate.id)
    if shown:
        consents.record_shown(wired.house, person_id, notice.hash)
    answered = ask_anew.answer(wired.house, person_id, place.estate.id, purpose, given, notice.hash, Channel.PAGE)
    return answered.status


def enrolled(wired: TestHouse, place: Place, name: str) -> str:
    person_id = resident(wired.house, place, name)
    agree(wired.house, place, person_id, *FACE)
    enrol.enrol_face(wired.house, person_id, place.estate.id, [picture(name)], Channel.PAGE)
    settle(wired)
    return person_id


def seen(wired: TestHouse, place: Place, name: str) -> object:
    return wired.faces.identify(place.estate.id, place.gate.id, [picture(name)])


@pytest.mark.rule("L2", "L3")
def test_a_change_that_matters_is_asked_and_the_new_answer_names_the_new_notice(
    wired: TestHouse, place: Place
) -> None:
    alice = resident(wired.house, place, "alice")
    old = consents.mine(wired.house, alice, place.estate.id)[0]
    publish(wired, place, "错字。", material=False)
    assert due(wired, place, alice) == {}
    new = publish(wired, place, "新增。")
    assert due(wired, place, alice) == {Purpose.ACCESS: Why.CHANGED}
    assert consents.mine(wired.house, alice, place.estate.id) == [old]  # until then the old yes alone holds
    with pytest.raises(NotPermitted) as unseen:
        reply(wired, place, alice, Purpose.ACCESS, True, shown=False)
    assert unseen.value.code == "consent.notice"
    wired.clock.advance(1)
    assert reply(wired, place, alice, Purpose.ACCESS, True) is ConsentStatus.GIVEN
    after = consents.mine(wired.house, alice, place.estate.id)[0]
    assert (after.notice_hash, after.id == old.id) == (new, False)
    assert consent_receipt.receipt(wired.house, alice, after.id).count(new) == 1
    assert due(wired, place, alice) == {}


@pytest.mark.rule("L4")
def test_a_no_to_the_change_keeps_the_door_open_and_is_not_asked_again(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "alice")
    publish(wired, place, "新增。")
    with pytest.raises(NotPermitted):
        reply(wired, place, alice, Purpose.ACCESS, False, shown=False)
    assert reply(wired, place, alice, Purpose.ACCESS, False) is ConsentStatus.REFUSED
    assert due(wired, place, alice) == {}
    publish(wired, place, "再新增。")
    assert due(wired, place, alice) == {}


@pytest.mark.rule("L3", "L12")
def test_a_no_to_the_changed_face_question_withdraws_the_face(wired: TestHouse, place: Place) -> None:
    alice = enrolled(wired, place, "alice")
    shown = publish(wired, place, "新增。")
    assert set(due(wired, place, alice)) == {Purpose.ACCESS, *FACE}
    assert seen(wired, place, "alice") == Match(alice, 0.9, 0.5)  # not answered yet
    consents.record_shown(wired.house, alice, shown)
    wired.clock.advance(1)
    assert reply(wired, place, alice, Purpose.FACE_USE, False, shown=False) is ConsentStatus.WITHDRAWN
    assert seen(wired, place, "alice") == NoMatch()
    assert set(due(wired, place, alice)) == {Purpose.ACCESS}
    with wired.house.db.reading() as stores:
        assert len(stores.erasures.of_person(alice)) == 1
    # the same post again, and a yes that was caught before the no, bring nothing back
    assert reply(wired, place, alice, Purpose.FACE_USE, False, shown=False) is ConsentStatus.WITHDRAWN
    with pytest.raises(NotPermitted):
        reply(wired, place, alice, Purpose.FACE_USE, True, shown=False)


def test_a_no_to_what_is_not_asked_is_no_way_around_withdrawing(wired: TestHouse, place: Place) -> None:
    alice = enrolled(wired, place, "alice")
    with pytest.raises(Conflict) as refused:
        reply(wired, place, alice, Purpose.FACE_USE, False)
    assert refused.value.code == "consent.given"


@pytest.mark.rule("L6")
def test_the_end_of_a_face_consent_is_said_twice_and_one_yes_each_renews_it(wired: TestHouse, place: Place) -> None:
    alice = enrolled(wired, place, "alice")
    wired.wechat.wrote("openid-of-alice")
    begun = wired.clock.now()
    wired.clock.advance(334 * DAY)
    assert (due(wired, place, alice), ask_anew.remind(wired.house)) == ({}, 0)
    wired.clock.advance(2 * DAY)
    assert set(due(wired, place, alice)) == set(FACE)
    assert [ask_anew.remind(wired.house) for _ in range(2)] == [1, 0]
    wired.clock.advance(23 * DAY)
    assert [ask_anew.remind(wired.house) for _ in range(2)] == [1, 0]
    settle(wired)
    told = [text for text in wired.wechat.texts("openid-of-alice") if text.startswith("consent_expiring")]
    assert len(told) == 2
    assert "until=2027-09-21" in told[0]
    for purpose in FACE:
        assert reply(wired, place, alice, purpose, True) is ConsentStatus.GIVEN
    assert due(wired, place, alice) == {}
    wired.clock.advance(30 * DAY)
    assert wired.clock.now() > begun + 366 * DAY
    assert retention.expire_consents(wired.house) == 0
    assert retention.erase_orphans(wired.house) == 0
    assert seen(wired, place, "alice") == Match(alice, 0.9, 0.5)
    with wired.house.db.reading() as stores:
        assert len([c for c in stores.consents.of_person(alice) if c.purpose in FACE]) == 4


def test_a_reminder_that_comes_late_comes_once(wired: TestHouse, place: Place) -> None:
    enrolled(wired, place, "alice")
    wired.clock.advance(360 * DAY)
    assert [ask_anew.remind(wired.house) for _ in range(2)] == [1, 0]


@pytest.mark.rule("L4", "L6")
def test_one_that_has_run_out_is_recorded_as_such_and_not_brought_up(wired: TestHouse, place: Place) -> None:
    alice = enrolled(wired, place, "alice")
    wired.clock.advance(366 * DAY)
    assert [retention.expire_consents(wired.house) for _ in range(2)] == [1, 0]
    answers = {one.purpose: one for one in consents.mine(wired.house, alice, place.estate.id)}
    assert {answers[purpose].status for purpose in FACE} == {ConsentStatus.EXPIRED}
    assert {answers[purpose].channel for purpose in FACE} == {Channel.CHAT}  # of the yes: nobody withdrew
    assert due(wired, place, alice) == {}
    assert '"event_state": "consent expired"' in consent_receipt.receipt(
        wired.house, alice, answers[Purpose.FACE_USE].id
    )
    wired.clock.advance(HOUR)
    agree(wired.house, place, alice, *FACE)


@pytest.mark.rule("L4")
def test_whoever_refused_or_withdrew_is_never_due(wired: TestHouse, place: Place) -> None:
    alice = enrolled(wired, place, "alice")
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    publish(wired, place, "新增。")
    assert set(due(wired, place, alice)) == {Purpose.ACCESS}
