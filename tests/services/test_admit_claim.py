"""A face compared with the holder of a card or pass shown just before (1:1), and never without consent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.consent import Channel, Purpose
from access.domain.credentials import CredentialStatus
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import HOUR, MINUTE
from access.services import admit, enrol, estate_setup, invite_visitor, issue_pass, manage_cards, outbox, withdraw
from access.services.judge_face import FAILURES_BEFORE_PAUSE
from tests.estate import Place, TestHouse, agree, resident
from tests.fakes import picture
from tests.gates import Device, claim_device

ALICE_CARD, BOB_CARD = "04A1B2C3", "04D4E5F6"


@pytest.fixture
def device(wired: TestHouse, place: Place) -> Device:
    """At an access point that takes passes and faces; a card alone does not open it, and a face needs a claim."""
    point = place.gate
    estate_setup.save_access_point(
        wired.house,
        place.security.staff,
        point.name_zh,
        point.name_en,
        None,
        [Method.QR, Method.FACE],
        point.relay_ms,
        point.id,
        face_claim=True,
    )
    return claim_device(wired.house, place.estate.id, point.id, place.doors[1].id)


@pytest.fixture
def alice(wired: TestHouse, place: Place) -> str:
    return with_face(wired, place, "alice", ALICE_CARD)


def with_card(wired: TestHouse, place: Place, name: str, card: str) -> str:
    person_id = resident(wired.house, place, name)
    manage_cards.add_card(wired.house, place.operations.staff, person_id, card)
    return person_id


def with_face(wired: TestHouse, place: Place, name: str, card: str) -> str:
    person_id = with_card(wired, place, name, card)
    agree(wired.house, place, person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    enrol.enrol_face(wired.house, person_id, place.estate.id, [picture(name), picture(name)], Channel.PAGE)
    while outbox.run_once(wired.house):
        pass
    return person_id


def shown(device: Device, point_id: str, name: str, claim: str) -> tuple[bool, Reason | None, str | None]:
    event = device.present(point_id, Method.FACE, claim, (picture(name),))
    return event.granted, event.reason, event.person_id


def code_of(wired: TestHouse, place: Place, person_id: str) -> str:
    return issue_pass.door_pass(wired.house, person_id, place.estate.id).text(wired.clock.now())


def test_a_face_without_a_claim_is_asked_for_one_and_not_compared(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    asked = wired.faces.asked
    assert shown(device, place.gate.id, "alice", "") == (False, Reason.FACE_CLAIM, None)
    assert wired.faces.asked == asked


def test_ones_own_card_and_face_open(wired: TestHouse, place: Place, device: Device, alice: str) -> None:
    assert device.present(place.gate.id, Method.CARD, ALICE_CARD).reason is Reason.METHOD_OFF
    assert shown(device, place.gate.id, "alice", ALICE_CARD) == (True, None, alice)


def test_ones_own_pass_and_face_open_once(wired: TestHouse, place: Place, device: Device, alice: str) -> None:
    code = code_of(wired, place, alice)
    assert shown(device, place.gate.id, "alice", code) == (True, None, alice)
    assert shown(device, place.gate.id, "alice", code)[:2] == (False, Reason.REPEATED)
    assert device.present(place.gate.id, Method.QR, code).reason is Reason.REPEATED


def test_a_gallery_that_is_too_large_needs_the_claim_by_itself(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    with wired.house.db.transaction() as stores:
        point = stores.places.access_point(place.gate.id)
        assert point is not None
        stores.places.save_access_point(replace(point, face_claim=False))
        stores.places.bump_policy(place.estate.id)
    assert shown(device, place.gate.id, "alice", "") == (True, None, alice)
    wired.faces.most = 0
    assert shown(device, place.gate.id, "alice", "") == (False, Reason.FACE_CLAIM, None)
    assert shown(device, place.gate.id, "alice", ALICE_CARD) == (True, None, alice)


def test_a_claim_that_is_not_needed_changes_nothing(wired: TestHouse, place: Place, alice: str) -> None:
    """What the person before held up does not keep the next one out."""
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    assert shown(device, place.gate.id, "alice", "no such card") == (True, None, alice)


def test_somebody_elses_card_and_my_face_stay_out(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    with_face(wired, place, "bob", BOB_CARD)
    assert shown(device, place.gate.id, "alice", BOB_CARD) == (False, Reason.FACE_UNKNOWN, None)
    assert shown(device, place.gate.id, "mallory", ALICE_CARD) == (False, Reason.FACE_UNKNOWN, None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(CredentialStatus.DISABLED, Reason.REVOKED), (CredentialStatus.FROZEN, Reason.FROZEN)],
)
def test_a_revoked_or_lost_card_claims_nobody(
    wired: TestHouse, place: Place, device: Device, alice: str, status: CredentialStatus, reason: Reason
) -> None:
    with wired.house.db.transaction() as stores:
        (card,) = [c for c in stores.credentials.of_person(alice, place.estate.id) if c.token]
        stores.credentials.set_status(card.id, status)
    asked = wired.faces.asked
    assert shown(device, place.gate.id, "alice", ALICE_CARD)[:2] == (False, reason)
    assert wired.faces.asked == asked


@pytest.mark.rule("L3", "L6")
def test_a_claim_of_somebody_who_did_not_agree_is_not_compared(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    with_card(wired, place, "bob", BOB_CARD)
    asked = wired.faces.asked
    assert shown(device, place.gate.id, "bob", BOB_CARD) == (False, Reason.NO_CONSENT, None)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.CHAT)
    assert shown(device, place.gate.id, "alice", ALICE_CARD) == (False, Reason.NO_CONSENT, None)
    assert wired.faces.asked == asked


def test_a_consent_withdrawn_while_the_face_is_compared_counts(
    wired: TestHouse, place: Place, device: Device, alice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = wired.faces.verify

    def and_withdraw(estate_id: str, point_id: str, person_id: str, frames: list[bytes]) -> object:
        found = verify(estate_id, point_id, person_id, frames)
        withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.CHAT)
        return found

    monkeypatch.setattr(wired.faces, "verify", and_withdraw)
    assert shown(device, place.gate.id, "alice", ALICE_CARD) == (False, Reason.NO_CONSENT, None)


def test_a_claim_is_judged_by_the_rules_of_the_door(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    point = place.doors[1]
    with wired.house.db.transaction() as stores:
        stores.places.save_access_point(replace(point, face_claim=True))
        stores.places.bump_policy(place.estate.id)
    asked = wired.faces.asked
    assert shown(device, point.id, "alice", ALICE_CARD)[:2] == (False, Reason.NO_RIGHT)
    assert shown(device, point.id, "alice", code_of(wired, place, alice))[:2] == (
        False,
        Reason.WRONG_ACCESS_POINT,
    )
    assert wired.faces.asked == asked


def test_an_old_code_and_a_forged_one_claim_nobody(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    code = code_of(wired, place, alice)
    wired.clock.advance(MINUTE)
    assert shown(device, place.gate.id, "alice", code)[:2] == (False, Reason.STALE)
    assert shown(device, place.gate.id, "alice", "0000FFFF")[:2] == (False, Reason.UNKNOWN)
    assert shown(device, place.gate.id, "alice", "no card")[:2] == (False, Reason.CARD_UNREADABLE)


def test_a_visitors_pass_does_not_claim_the_host(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    now = wired.clock.now()
    wish = invite_visitor.Wish(place.estate.id, "", now, now + HOUR, frozenset({place.gate.id}))
    text = invite_visitor.visitor_pass(wired.house, invite_visitor.invite(wired.house, alice, wish).secret).text
    assert shown(device, place.gate.id, "alice", text) == (False, Reason.FACE_CLAIM, None)
    assert device.present(place.gate.id, Method.QR, text).granted


@pytest.mark.rule("L17")
def test_failures_by_claim_pause_the_face_too(wired: TestHouse, place: Place, device: Device, alice: str) -> None:
    for _ in range(FAILURES_BEFORE_PAUSE):
        assert shown(device, place.gate.id, "mallory", ALICE_CARD)[1] is Reason.FACE_UNKNOWN
        wired.clock.advance(1_000)
    assert shown(device, place.gate.id, "alice", ALICE_CARD)[1] is Reason.FACE_PAUSED


def test_a_face_process_that_is_away_denies_the_claim(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    wired.faces.away = True
    assert shown(device, place.gate.id, "alice", ALICE_CARD)[:2] == (False, Reason.BUSY)


def test_the_same_presentation_twice_is_one_decision(
    wired: TestHouse, place: Place, device: Device, alice: str
) -> None:
    once = device.show(place.gate.id, Method.FACE, ALICE_CARD, (picture("alice"),))
    first = admit.present(wired.house, device.gate, once)
    assert first.granted
    assert admit.present(wired.house, device.gate, once) == first
