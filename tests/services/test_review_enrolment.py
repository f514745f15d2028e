"""Looking at an enrolment that resembles somebody: confirmed, sent back, overtaken, or without consent."""

from __future__ import annotations

import pytest

from access.domain.consent import Channel
from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.enrolment import EnrolmentStatus
from access.domain.errors import Conflict, NotFound
from access.domain.faces import Match, NoMatch
from access.queries import approvals
from access.services import enrol, review_enrolment, withdraw
from tests.console.scene import enrol_face, settle
from tests.estate import Place, TestHouse, resident, seed_estate
from tests.fakes import picture


@pytest.fixture
def waiting(wired: TestHouse, place: Place) -> tuple[str, str]:
    """person id and enrolment id of somebody too like a neighbour."""
    enrol_face(wired, place, resident(wired.house, place, "王芳", "1-101"), "王芳")
    wired.faces.alike = frozenset({"王芳", "王芬"})
    person_id = resident(wired.house, place, "王芬", "2-101")
    return person_id, enrol_face(wired, place, person_id, "王芬")


def face_of(wired: TestHouse, place: Place, person_id: str) -> list[CredentialStatus]:
    with wired.house.db.reading() as stores:
        mine = stores.credentials.of_person(person_id, place.estate.id)
    return [c.status for c in mine if c.kind is CredentialKind.FACE]


def seen(wired: TestHouse, place: Place, name: str) -> object:
    return wired.faces.identify(place.estate.id, place.gate.id, [picture(name)])


def test_nothing_opens_before_the_look_and_the_face_does_after(
    wired: TestHouse, place: Place, waiting: tuple[str, str]
) -> None:
    person_id, enrolment_id = waiting
    assert face_of(wired, place, person_id) == [CredentialStatus.FROZEN]
    assert isinstance(seen(wired, place, "王芬"), NoMatch)
    review_enrolment.approve_enrolment(wired.house, place.operations.staff, enrolment_id)
    assert face_of(wired, place, person_id) == [CredentialStatus.ACTIVE]
    found = seen(wired, place, "王芬")
    assert isinstance(found, Match)
    assert found.person_id == person_id


def test_sent_back_the_references_are_gone_and_the_person_may_try_again(
    wired: TestHouse, place: Place, waiting: tuple[str, str]
) -> None:
    person_id, enrolment_id = waiting
    review_enrolment.reject_enrolment(wired.house, place.operations.staff, enrolment_id)
    with wired.house.db.reading() as stores:
        assert stores.faces.references_of(person_id, place.estate.id) == []
        assert stores.faces.samples(enrolment_id) == []
    assert face_of(wired, place, person_id) == []
    wired.wechat.wrote("openid-of-王芬")
    settle(wired)
    assert "face_rejected" in str(wired.wechat.sent)
    again = enrol.enrol_face(wired.house, person_id, place.estate.id, [picture("王芬")], Channel.DESK)
    assert again.status is EnrolmentStatus.PENDING


def test_a_look_is_decided_once(wired: TestHouse, place: Place, waiting: tuple[str, str]) -> None:
    staff, enrolment_id = place.operations.staff, waiting[1]
    review_enrolment.approve_enrolment(wired.house, staff, enrolment_id)
    for again in (review_enrolment.approve_enrolment, review_enrolment.reject_enrolment):
        with pytest.raises(Conflict):
            again(wired.house, staff, enrolment_id)


def test_a_newer_try_overtakes_the_one_that_waits(wired: TestHouse, place: Place, waiting: tuple[str, str]) -> None:
    person_id, enrolment_id = waiting
    wired.faces.alike = frozenset()
    wired.clock.advance(1_000)
    enrol_face(wired, place, person_id, "王芬")
    assert face_of(wired, place, person_id) == [CredentialStatus.ACTIVE]
    with pytest.raises(Conflict):
        review_enrolment.reject_enrolment(wired.house, place.operations.staff, enrolment_id)
    assert approvals.reviews(wired.house, place.operations.staff, 0).rows == ()
    assert face_of(wired, place, person_id) == [CredentialStatus.ACTIVE]


@pytest.mark.rule("L15")
def test_a_withdrawn_face_cannot_be_confirmed(wired: TestHouse, place: Place, waiting: tuple[str, str]) -> None:
    person_id, enrolment_id = waiting
    withdraw.withdraw_face(wired.house, person_id, place.estate.id, Channel.PAGE)
    with pytest.raises(Conflict):
        review_enrolment.approve_enrolment(wired.house, place.operations.staff, enrolment_id)
    assert face_of(wired, place, person_id) == []


def test_another_estate_cannot_look(wired: TestHouse, place: Place, waiting: tuple[str, str]) -> None:
    other = seed_estate(wired.house, 2).operations.staff
    for decide in (review_enrolment.approve_enrolment, review_enrolment.reject_enrolment):
        with pytest.raises(NotFound):
            decide(wired.house, other, waiting[1])
    with pytest.raises(NotFound):
        approvals.review_detail(wired.house, other, waiting[1])


def test_the_face_process_being_away_does_not_undo_the_decision(
    wired: TestHouse, place: Place, waiting: tuple[str, str]
) -> None:
    wired.faces.away = True
    review_enrolment.approve_enrolment(wired.house, place.operations.staff, waiting[1])
    assert face_of(wired, place, waiting[0]) == [CredentialStatus.ACTIVE]
