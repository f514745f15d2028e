"""Faces at an access point: by consent and right in SQL, whatever the face process says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.consent import Channel, Purpose
from access.domain.faces import Match, QualityReason
from access.domain.places import Method
from access.domain.reasons import Reason
from access.services import admit, enrol, issue_pass, outbox, withdraw
from access.services.judge_face import FAILURES_BEFORE_PAUSE, PAUSE
from tests.estate import Place, TestHouse, agree, resident
from tests.fakes import picture
from tests.gates import Device, claim_device


@pytest.fixture
def device(wired: TestHouse, place: Place) -> Device:
    return claim_device(wired.house, place.estate.id, place.gate.id, place.doors[1].id)


def with_face(wired: TestHouse, place: Place, name: str) -> str:
    person_id = resident(wired.house, place, name)
    agree(wired.house, place, person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    enrol.enrol_face(wired.house, person_id, place.estate.id, [picture(name), picture(name)], Channel.PAGE)
    while outbox.run_once(wired.house):
        pass
    return person_id


def face(
    device: Device, point_id: str, name: str, quality: QualityReason | None = None
) -> tuple[bool, Reason | None]:
    event = device.present(point_id, Method.FACE, frames=(picture(name, quality),))
    return event.granted, event.reason


def test_an_enrolled_face_opens(wired: TestHouse, place: Place, device: Device) -> None:
    alice = with_face(wired, place, "alice")
    event = device.present(place.gate.id, Method.FACE, frames=(picture("alice"),))
    assert (event.granted, event.person_id) == (True, alice)
    assert event.credential_id is not None


@pytest.mark.rule("L19")
def test_a_stranger_leaves_nothing_but_a_count(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    event = device.present(place.gate.id, Method.FACE, frames=(picture("mallory"),))
    assert (event.granted, event.reason) == (False, Reason.FACE_UNKNOWN)
    assert (event.person_id, event.credential_id, event.pass_id) == (None, None, None)


def test_a_face_without_a_right_to_the_door_is_nobody(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    assert face(device, place.doors[1].id, "alice") == (False, Reason.FACE_UNKNOWN)


def test_a_bad_picture_says_so(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    assert face(device, place.gate.id, "alice", QualityReason.TOO_DARK) == (False, Reason.FACE_QUALITY)
    event = device.present(place.gate.id, Method.FACE, frames=())
    assert event.reason is Reason.FACE_QUALITY


@pytest.mark.rule("L1")
def test_a_withdrawn_face_is_refused_and_the_pass_is_not(wired: TestHouse, place: Place, device: Device) -> None:
    alice = with_face(wired, place, "alice")
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.CHAT)
    granted, _ = face(device, place.gate.id, "alice")
    assert not granted
    code = issue_pass.door_pass(wired.house, alice, place.estate.id).text(wired.clock.now())
    assert device.present(place.gate.id, Method.QR, code).granted


@pytest.mark.rule("L12")
def test_consent_is_asked_of_sql_though_the_face_process_still_matches(
    wired: TestHouse, place: Place, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = with_face(wired, place, "alice")
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.CHAT)
    monkeypatch.setattr(wired.faces, "identify", lambda *_: Match(alice, 0.9, 0.5))
    event = device.present(place.gate.id, Method.FACE, frames=(picture("alice"),))
    assert (event.granted, event.reason, event.person_id) == (False, Reason.NO_CONSENT, None)


@pytest.mark.rule("L3", "L6")
def test_one_consent_of_two_is_not_enough(
    wired: TestHouse, place: Place, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = with_face(wired, place, "alice")
    with wired.house.db.transaction() as stores:
        given = stores.consents.latest(alice, place.estate.id, Purpose.FACE_SERVER)
        assert given is not None
        stores.consents.add(given.withdraw(Channel.PAGE, wired.clock.now()))
    monkeypatch.setattr(wired.faces, "identify", lambda *_: Match(alice, 0.9, 0.5))
    assert face(device, place.gate.id, "alice") == (False, Reason.NO_CONSENT)


def test_a_face_process_that_is_away_denies(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    wired.faces.away = True
    assert face(device, place.gate.id, "alice") == (False, Reason.BUSY)


def test_an_estate_without_face_does_not_look(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    asked = wired.faces.asked
    with wired.house.db.transaction() as stores:
        estate = stores.places.estate(place.estate.id)
        assert estate is not None
        stores.places.save_estate(replace(estate, face_enabled=False))
        stores.places.bump_policy(place.estate.id)
    assert face(device, place.gate.id, "alice") == (False, Reason.METHOD_OFF)
    assert wired.faces.asked == asked


@pytest.mark.rule("L17")
def test_failures_pause_the_face_for_a_minute_and_tries_do_not_prolong_it(
    wired: TestHouse, place: Place, device: Device
) -> None:
    with_face(wired, place, "alice")
    for _ in range(FAILURES_BEFORE_PAUSE):
        assert face(device, place.gate.id, "mallory") == (False, Reason.FACE_UNKNOWN)
        wired.clock.advance(1_000)
    assert face(device, place.gate.id, "alice") == (False, Reason.FACE_PAUSED)
    wired.clock.advance(PAUSE // 2)
    assert face(device, place.gate.id, "alice") == (False, Reason.FACE_PAUSED)
    wired.clock.advance(PAUSE // 2)
    assert face(device, place.gate.id, "alice") == (True, None)


def test_a_success_between_failures_starts_the_count_anew(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    for name in ("mallory",) * (FAILURES_BEFORE_PAUSE - 1) + ("alice", "mallory"):
        face(device, place.gate.id, name)
        wired.clock.advance(1_000)
    assert face(device, place.gate.id, "alice") == (True, None)


def test_the_same_face_presentation_twice_asks_the_engine_once(
    wired: TestHouse, place: Place, device: Device
) -> None:
    with_face(wired, place, "alice")
    shown = device.show(place.gate.id, Method.FACE, frames=(picture("alice"),))
    first = admit.present(wired.house, device.gate, shown)
    asked = wired.faces.asked
    assert admit.present(wired.house, device.gate, shown) == first
    assert wired.faces.asked == asked
