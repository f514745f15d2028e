"""Consent, enrolment, withdrawal and erasure of a face, on the real stores."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from access.domain.consent import Channel, Purpose
from access.domain.enrolment import EnrolmentStatus
from access.domain.errors import Conflict, InvalidInput, NotPermitted
from access.domain.faces import Match, NoMatch, QualityReason
from access.domain.outbox import Task
from access.domain.people import App
from access.domain.times import HOUR, MINUTE
from access.services import consents, enrol, outbox
from access.services.register import ensure_person
from tests.estate import Place, TestHouse, agree, newcomer
from tests.fakes import picture
from tests.services.face_life import FACE, lives, settle, texts_to, with_face


@pytest.mark.rule("L3")
def test_a_face_needs_both_consents_and_a_shown_notice(wired: TestHouse, place: Place) -> None:
    person_id = lives(wired, place, "alice")
    with pytest.raises(NotPermitted) as none:
        enrol.enrol_face(wired.house, person_id, place.estate.id, [picture("alice")], Channel.PAGE)
    assert none.value.code == "face.consent"
    agree(wired.house, place, person_id, Purpose.FACE_USE)
    with pytest.raises(NotPermitted) as one:
        enrol.enrol_face(wired.house, person_id, place.estate.id, [picture("alice")], Channel.PAGE)
    assert one.value.code == "face.consent"
    agree(wired.house, place, person_id, Purpose.FACE_SERVER)
    enrol.enrol_face(wired.house, person_id, place.estate.id, [picture("alice")], Channel.PAGE)


@pytest.mark.rule("L2")
def test_no_consent_without_the_notice(wired: TestHouse, place: Place) -> None:
    person_id = newcomer(wired.house, place, "alice")
    other = newcomer(wired.house, place, "bob")
    notice = consents.current_notice(wired.house, place.estate.id)
    with wired.house.db.transaction() as stores:
        assert stores.consents.shown_at(other, notice.hash) is not None
    fresh = "openid-of-dora"

    dora = ensure_person(wired.house, App.OFFICIAL_ACCOUNT, fresh)
    with pytest.raises(NotPermitted) as unseen:
        consents.answer(wired.house, dora, place.estate.id, Purpose.ACCESS, True, notice.hash, Channel.CHAT)
    assert unseen.value.code == "consent.notice"
    with pytest.raises(Conflict) as old:
        consents.answer(wired.house, person_id, place.estate.id, Purpose.FACE_USE, True, "0" * 64, Channel.CHAT)
    assert old.value.code == "consent.notice_changed"


def test_enrolled_recognised_and_told(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")]) == Match(alice, 0.9, 0.5)
    assert wired.faces.identify(place.estate.id, place.doors[1].id, [picture("alice")]) == NoMatch()
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("mallory")]) == NoMatch()
    assert texts_to(wired, "alice") == ["face_enrolled"]
    status = enrol.status(wired.house, alice, place.estate.id)
    assert (status.agreed, status.enrolled, status.latest) == (True, True, EnrolmentStatus.DONE)


@pytest.mark.rule("L4")
def test_the_sample_is_gone_after_encoding(wired: TestHouse, place: Place) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    attempt = enrol.enrol_face(wired.house, alice, place.estate.id, [picture("alice")], Channel.PAGE)
    with wired.house.db.reading() as stores:
        (sealed,) = stores.faces.samples(attempt.id)
        assert b"alice" not in sealed
    settle(wired)
    with wired.house.db.reading() as stores:
        assert not stores.faces.samples(attempt.id)


@pytest.mark.parametrize("reason", [QualityReason.TOO_DARK, QualityReason.NO_FACE, QualityReason.SEVERAL_FACES])
def test_a_bad_sample_comes_back_with_a_reason(wired: TestHouse, place: Place, reason: QualityReason) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    enrol.enrol_face(wired.house, alice, place.estate.id, [picture("alice", reason)], Channel.PAGE)
    settle(wired)
    assert texts_to(wired, "alice") == [f"face_rejected reason=quality.{reason}"]
    assert enrol.status(wired.house, alice, place.estate.id).reason is reason


def test_two_samples_of_two_people_are_refused(wired: TestHouse, place: Place) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    enrol.enrol_face(wired.house, alice, place.estate.id, [picture("alice"), picture("bob")], Channel.PAGE)
    settle(wired)
    assert enrol.status(wired.house, alice, place.estate.id).reason is QualityReason.INCONSISTENT


def test_a_look_alike_goes_to_staff_and_never_says_who(wired: TestHouse, place: Place) -> None:
    with_face(wired, place, "alice")
    bob = with_face(wired, place, "alice2", "1-102")
    assert enrol.status(wired.house, bob, place.estate.id).latest is EnrolmentStatus.DONE
    wired.faces.alike = frozenset({"alice", "alice3"})
    carol = with_face(wired, place, "alice3", "2-101")
    assert enrol.status(wired.house, carol, place.estate.id).latest is EnrolmentStatus.REVIEW
    assert texts_to(wired, "alice3") == ["face_review"]
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice3")]) == NoMatch()


@pytest.mark.parametrize("samples", [[], [b""], [b"x" * (8 * 1024 * 1024 + 1)], [b"1", b"2", b"3", b"4"]])
def test_samples_have_limits(wired: TestHouse, place: Place, samples: list[bytes]) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    with pytest.raises(InvalidInput):
        enrol.enrol_face(wired.house, alice, place.estate.id, samples, Channel.PAGE)


def test_a_chat_picture_is_fetched_later(wired: TestHouse, place: Place) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    wired.wechat.media["m1"] = picture("alice")
    enrol.fetch_later(wired.house, alice, place.estate.id, "m1")
    enrol.fetch_later(wired.house, alice, place.estate.id, "m1")
    settle(wired)
    assert texts_to(wired, "alice") == ["face_enrolled"]


def test_the_face_process_may_be_away_for_a_while(wired: TestHouse, place: Place) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    wired.faces.away = True
    enrol.enrol_face(wired.house, alice, place.estate.id, [picture("alice")], Channel.PAGE)
    settle(wired)
    assert enrol.status(wired.house, alice, place.estate.id).latest is EnrolmentStatus.PENDING
    wired.faces.away = False
    wired.clock.advance(HOUR)
    settle(wired)
    assert enrol.status(wired.house, alice, place.estate.id).latest is EnrolmentStatus.DONE


def test_a_face_process_that_never_comes_back_is_told(wired: TestHouse, place: Place) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    attempt = enrol.enrol_face(wired.house, alice, place.estate.id, [picture("alice")], Channel.PAGE)
    wired.faces.away = True
    for _ in range(outbox.MAX_ATTEMPTS[Task.FACE_WORK]):
        settle(wired)
        wired.clock.advance(HOUR + MINUTE)
        wired.wechat.wrote("openid-of-alice")
    settle(wired)
    assert texts_to(wired, "alice") == ["picture_lost"]
    with wired.house.db.reading() as stores:
        assert not stores.faces.samples(attempt.id)


def test_a_chat_picture_that_cannot_be_fetched_is_told(wired: TestHouse, place: Place) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    enrol.fetch_later(wired.house, alice, place.estate.id, "gone")
    for _ in range(outbox.MAX_ATTEMPTS[Task.FETCH_SAMPLE]):
        settle(wired)
        wired.clock.advance(HOUR + MINUTE)
        wired.wechat.wrote("openid-of-alice")
    settle(wired)
    assert texts_to(wired, "alice") == ["picture_lost"]


def tiny() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GIF89a not a picture", "not_a_picture"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "heic"),
        (tiny(), "too_small"),
        (bytes(8 * 1024 * 1024 + 1), "too_large"),
    ],
    ids=["gif", "heic", "tiny", "9 MB"],
)
def test_what_cannot_be_used_is_said_with_its_reason_and_nothing_kept(
    wired: TestHouse, place: Place, sent: bytes, reason: str
) -> None:
    alice = lives(wired, place, "alice")
    agree(wired.house, place, alice, *FACE)
    wired.wechat.media["m1"] = sent
    enrol.fetch_later(wired.house, alice, place.estate.id, "m1")
    settle(wired)
    assert texts_to(wired, "alice") == [f"face_rejected reason=quality.{reason}"]
    assert enrol.status(wired.house, alice, place.estate.id).latest is None
