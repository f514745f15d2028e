"""A movement asked for before a face is taken: once, in time, of whom it was asked; and a way for who cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.challenges import (
    ENROL_LIFE,
    GATE_LIFE,
    MAX_FRAME_BYTES,
    MAX_FRAMES,
    Challenge,
    ChallengeRule,
    Movement,
)
from access.domain.consent import Channel
from access.domain.enrolment import Enrolment, EnrolmentStatus
from access.domain.errors import Conflict, InvalidInput, NotPermitted, TooOften
from access.domain.faces import Match, NoMatch, QualityReason
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.services import admit, challenges, enrol, retention, review_enrolment, withdraw
from tests.estate import Place, TestHouse, agree
from tests.fakes import film, picture
from tests.gates import Device, claim_device
from tests.services.face_life import FACE, lives, settle, texts_to, with_face


@pytest.fixture
def alice(wired: TestHouse, place: Place) -> str:
    """Lives here and agreed; the page asks for a movement."""
    person_id = lives(wired, place, "alice")
    agree(wired.house, place, person_id, *FACE)
    ask_on(wired, place, Channel.PAGE, ChallengeRule.EITHER)
    return person_id


def ask_on(wired: TestHouse, place: Place, channel: Channel, rule: ChallengeRule) -> None:
    challenges.set_rule(wired.house, place.operations.staff, channel, rule)


def asked(wired: TestHouse, place: Place, person_id: str) -> Challenge:
    return challenges.ask_person(wired.house, person_id, place.estate.id, Channel.PAGE)


def send(wired: TestHouse, place: Place, person_id: str, frames: list[bytes], challenge_id: str = "") -> Enrolment:
    return enrol.enrol_face(wired.house, person_id, place.estate.id, frames, Channel.PAGE, challenge_id)


def test_where_staff_chose_nothing_phones_are_asked_and_the_chat_is_not(wired: TestHouse, place: Place) -> None:
    with wired.house.db.reading() as stores:
        assert challenges.rule_of(stores, "elsewhere", Channel.PAGE) is ChallengeRule.TURN
        assert challenges.rule_of(stores, "elsewhere", Channel.MINI_PROGRAM) is ChallengeRule.TURN
        assert challenges.rule_of(stores, "elsewhere", Channel.CHAT) is ChallengeRule.NONE
    assert challenges.rules(wired.house, place.estate.id)[Channel.PAGE] is ChallengeRule.NONE
    with pytest.raises(InvalidInput) as caught:
        ask_on(wired, place, Channel.CHAT, ChallengeRule.TURN)
    assert caught.value.code == "challenge.channel"


@pytest.mark.parametrize(
    ("rule", "drawn"),
    [
        (ChallengeRule.TURN, {Movement.TURN_LEFT, Movement.TURN_RIGHT}),
        (ChallengeRule.BLINK, {Movement.BLINK}),
        (ChallengeRule.EITHER, set(Movement)),
    ],
)
def test_the_movement_is_drawn_from_what_staff_chose(
    wired: TestHouse, place: Place, alice: str, rule: ChallengeRule, drawn: set[Movement]
) -> None:
    ask_on(wired, place, Channel.PAGE, rule)
    assert {asked(wired, place, alice).movement for _ in range(80)} == drawn


def test_the_movement_made_enrols_at_once(wired: TestHouse, place: Place, alice: str) -> None:
    challenge = asked(wired, place, alice)
    send(wired, place, alice, film("alice", challenge.movement), challenge.id)
    settle(wired)
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")]) == Match(alice, 0.9, 0.5)
    assert texts_to(wired, "alice") == ["face_enrolled"]


@pytest.mark.parametrize(
    ("movement", "reason"),
    [(Movement.TURN_LEFT, QualityReason.NOT_TURNED), (Movement.BLINK, QualityReason.NOT_BLINKED)],
)
def test_a_still_picture_is_refused_with_words_and_kept_nowhere(
    wired: TestHouse, place: Place, alice: str, movement: Movement, reason: QualityReason
) -> None:
    ask_on(wired, place, Channel.PAGE, ChallengeRule.BLINK if movement is Movement.BLINK else ChallengeRule.TURN)
    challenge = asked(wired, place, alice)
    made = send(wired, place, alice, [picture("alice")] * 5, challenge.id)
    settle(wired)
    assert enrol.status(wired.house, alice, place.estate.id).reason is reason
    assert texts_to(wired, "alice") == [f"face_rejected reason=quality.{reason}"]
    with wired.house.db.reading() as stores:
        assert not stores.faces.samples(made.id)
        assert not stores.faces.references_of(alice, place.estate.id)


def test_two_people_in_one_film_are_refused(wired: TestHouse, place: Place, alice: str) -> None:
    challenge = asked(wired, place, alice)
    send(wired, place, alice, film("alice", challenge.movement, of="mallory"), challenge.id)
    settle(wired)
    assert enrol.status(wired.house, alice, place.estate.id).reason is QualityReason.INCONSISTENT


def test_a_challenge_is_answered_once(wired: TestHouse, place: Place, alice: str) -> None:
    challenge = asked(wired, place, alice)
    frames = film("alice", challenge.movement)
    send(wired, place, alice, frames, challenge.id)
    with pytest.raises(Conflict) as caught:
        send(wired, place, alice, frames, challenge.id)
    assert caught.value.code == "challenge.spent"


def test_late_older_invented_or_somebody_elses_answers_nothing(wired: TestHouse, place: Place, alice: str) -> None:
    bob = lives(wired, place, "bob", "1-102")
    agree(wired.house, place, bob, *FACE)
    old, bobs = asked(wired, place, alice), asked(wired, place, bob)
    new = asked(wired, place, alice)
    frames = film("alice", new.movement)
    for wrong in (old.id, bobs.id, new_id()):
        with pytest.raises(Conflict) as caught:
            send(wired, place, alice, frames, wrong)
        assert caught.value.code == "challenge.spent"
    wired.clock.advance(ENROL_LIFE)
    with pytest.raises(Conflict) as late:
        send(wired, place, alice, frames, new.id)
    assert late.value.code == "challenge.spent"
    with wired.house.db.reading() as stores:
        assert not stores.faces.enrolments_of(alice, place.estate.id)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([b"x"] * 3, "challenge.frames"),
        ([b"x"] * (MAX_FRAMES + 1), "challenge.frames"),
        ([b"x", b"", b"x", b"x"], "challenge.size"),
        ([b"x" * (MAX_FRAME_BYTES + 1)] * 4, "challenge.size"),
        ([b"x" * MAX_FRAME_BYTES] * 8, "challenge.size"),
    ],
)
def test_frames_have_limits_and_what_breaks_them_spends_nothing(
    wired: TestHouse, place: Place, alice: str, frames: list[bytes], code: str
) -> None:
    challenge = asked(wired, place, alice)
    with pytest.raises(InvalidInput) as caught:
        send(wired, place, alice, frames, challenge.id)
    assert caught.value.code == code
    send(wired, place, alice, film("alice", challenge.movement), challenge.id)


def test_who_cannot_make_it_sends_a_picture_and_staff_see_them(wired: TestHouse, place: Place, alice: str) -> None:
    made = send(wired, place, alice, [picture("alice")])
    settle(wired)
    assert made.in_person
    assert enrol.status(wired.house, alice, place.estate.id).latest is EnrolmentStatus.REVIEW
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")]) == NoMatch()
    with pytest.raises(InvalidInput) as caught:
        review_enrolment.approve_enrolment(wired.house, place.operations.staff, made.id)
    assert caught.value.code == "enrolment.picture"
    with pytest.raises(Conflict) as other:
        review_enrolment.approve_enrolment(wired.house, place.operations.staff, made.id, picture("friend"))
    assert other.value.code == "enrolment.other_person"
    review_enrolment.approve_enrolment(wired.house, place.operations.staff, made.id, picture("alice"))
    settle(wired)
    assert wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")]) == Match(alice, 0.9, 0.5)
    assert texts_to(wired, "alice") == ["face_review", "face_enrolled"]


def test_nothing_is_asked_where_staff_switched_it_off(wired: TestHouse, place: Place, alice: str) -> None:
    ask_on(wired, place, Channel.PAGE, ChallengeRule.NONE)
    with pytest.raises(NotPermitted) as caught:
        asked(wired, place, alice)
    assert caught.value.code == "challenge.off"
    assert not send(wired, place, alice, [picture("alice")]).in_person


def test_asking_until_it_suits_is_stopped(wired: TestHouse, place: Place, alice: str) -> None:
    wired.limiter.full = True
    with pytest.raises(TooOften) as caught:
        asked(wired, place, alice)
    assert caught.value.code == "challenge.often"
    assert wired.limiter.counted == [f"challenge:{alice}"]


def test_staffs_choice_is_in_the_audit_chain(wired: TestHouse, place: Place) -> None:
    ask_on(wired, place, Channel.PAGE, ChallengeRule.BLINK)
    with wired.house.db.reading() as stores:
        (last,) = stores.audit.page(stores.audit.last_seq() - 1, 1)
    assert (last.tag, last.subject) == ("staff:challenge:save", "page")
    assert last.details["rule"] == "blink"


def test_open_challenges_go_with_the_clock_and_with_the_face(wired: TestHouse, place: Place, alice: str) -> None:
    challenge = asked(wired, place, alice)
    wired.clock.advance(ENROL_LIFE)
    assert retention.remove_what_is_due(wired.house)["challenges"] == 1
    challenge = asked(wired, place, alice)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    with wired.house.db.transaction() as stores:
        assert stores.challenges.take(challenge.subject, challenge.id, "x", wired.clock.now()) is None


# -- at an access point ----------------------------------------------------------------------------------


@pytest.fixture
def device(wired: TestHouse, place: Place) -> Device:
    """A gate whose first access point asks for a turn or a blink."""
    with wired.house.db.transaction() as stores:
        stores.places.save_access_point(replace(place.gate, challenge=ChallengeRule.EITHER))
        stores.places.bump_policy(place.estate.id)
    return claim_device(wired.house, place.estate.id, place.gate.id, place.doors[0].id)


def at_gate(wired: TestHouse, device: Device, point_id: str) -> Challenge:
    return challenges.ask_at_gate(wired.house, device.gate, point_id)


def show(device: Device, point_id: str, frames: list[bytes], challenge: str) -> tuple[bool, Reason | None]:
    held = replace(device.show(point_id, Method.FACE, frames=tuple(frames)), challenge=challenge)
    event = admit.present(device.house, device.gate, held)
    return event.granted, event.reason


def test_the_movement_opens_and_a_still_picture_does_not(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    point = place.gate.id
    challenge = at_gate(wired, device, point)
    assert show(device, point, film("alice", challenge.movement), challenge.id) == (True, None)
    challenge = at_gate(wired, device, point)
    assert show(device, point, [picture("alice")] * 5, challenge.id) == (False, Reason.FACE_CHALLENGE)
    assert show(device, point, [picture("alice")], "") == (False, Reason.FACE_CHALLENGE)


def test_a_film_shown_again_late_or_at_another_door_opens_nothing(
    wired: TestHouse, place: Place, device: Device
) -> None:
    with_face(wired, place, "alice")
    with wired.house.db.transaction() as stores:
        stores.places.save_access_point(replace(place.doors[0], challenge=ChallengeRule.EITHER))
        stores.places.bump_policy(place.estate.id)
    point, other = place.gate.id, place.doors[0].id
    challenge = at_gate(wired, device, point)
    recorded = film("alice", challenge.movement)
    assert show(device, other, recorded, challenge.id) == (False, Reason.FACE_LATE)
    assert show(device, point, recorded, challenge.id) == (True, None)
    assert show(device, point, recorded, challenge.id) == (False, Reason.FACE_LATE)
    challenge = at_gate(wired, device, point)
    wired.clock.advance(GATE_LIFE)
    assert show(device, point, film("alice", challenge.movement), challenge.id) == (False, Reason.FACE_LATE)


def test_the_same_presentation_again_is_the_same_answer(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    challenge = at_gate(wired, device, place.gate.id)
    held = device.show(place.gate.id, Method.FACE, frames=tuple(film("alice", challenge.movement)))
    held = replace(held, challenge=challenge.id)
    first = admit.present(wired.house, device.gate, held)
    again = admit.present(wired.house, device.gate, held)
    assert first.granted
    assert again == first


def test_a_door_that_asks_for_nothing_takes_a_plain_face(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    assert show(device, place.doors[0].id, [picture("alice")], "") == (True, None)
    with pytest.raises(NotPermitted) as caught:
        at_gate(wired, device, place.doors[0].id)
    assert caught.value.code == "challenge.off"


def test_a_gate_asks_for_its_own_doors_alone_and_not_without_end(
    wired: TestHouse, place: Place, device: Device
) -> None:
    with pytest.raises(NotPermitted) as caught:
        at_gate(wired, device, place.doors[1].id)
    assert caught.value.code == "gate.access_point"
    wired.limiter.full = True
    with pytest.raises(TooOften):
        at_gate(wired, device, place.gate.id)


def test_a_stranger_who_moves_is_still_a_stranger(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    challenge = at_gate(wired, device, place.gate.id)
    assert show(device, place.gate.id, film("mallory", challenge.movement), challenge.id) == (
        False,
        Reason.FACE_UNKNOWN,
    )


def test_without_the_face_process_the_door_stays_shut(wired: TestHouse, place: Place, device: Device) -> None:
    with_face(wired, place, "alice")
    challenge = at_gate(wired, device, place.gate.id)
    wired.faces.away = True
    assert show(device, place.gate.id, film("alice", challenge.movement), challenge.id) == (False, Reason.BUSY)
