"""Anti-passback: the same card or pass again at once is refused, forgiven in time, reset by staff."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.commands import CommandState
from access.domain.errors import NotFound, NotPermitted
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import HOUR, SECOND
from access.services import invite_visitor, issue_pass, manage_cards
from access.services.gate_commands import Acknowledgement, acknowledge
from access.services.passback import reset_passback
from tests.estate import Place, TestHouse, resident, seed_estate
from tests.gates import Device, claim_device

CARD = "04A1B2C3"


@pytest.fixture
def strict(wired: TestHouse) -> TestHouse:
    policy = replace(wired.house.policy, passback_seconds=60)
    return replace(wired, house=replace(wired.house, policy=policy))


@pytest.fixture
def device(strict: TestHouse, place: Place) -> Device:
    return claim_device(strict.house, place.estate.id, place.gate.id, place.doors[0].id)


def with_card(wired: TestHouse, place: Place, name: str = "alice", number: str = CARD) -> str:
    person = resident(wired.house, place, name)
    manage_cards.add_card(wired.house, place.operations.staff, person, number)
    return person


def test_the_same_card_again_is_refused_for_a_minute(strict: TestHouse, place: Place, device: Device) -> None:
    with_card(strict, place)
    assert device.present(place.gate.id, Method.CARD, CARD).granted
    strict.clock.advance(59 * SECOND)
    assert device.present(place.gate.id, Method.CARD, CARD).reason is Reason.PASSED_BACK
    strict.clock.advance(SECOND)
    assert device.present(place.gate.id, Method.CARD, CARD).granted


def test_another_door_and_another_credential_are_free(strict: TestHouse, place: Place, device: Device) -> None:
    alice = with_card(strict, place)
    assert device.present(place.gate.id, Method.CARD, CARD).granted
    assert device.present(place.doors[0].id, Method.CARD, CARD).granted
    code = issue_pass.door_pass(strict.house, alice, place.estate.id).text(strict.clock.now())
    assert device.present(place.gate.id, Method.QR, code).granted
    strict.clock.advance(15 * SECOND)
    later = issue_pass.door_pass(strict.house, alice, place.estate.id).text(strict.clock.now())
    assert device.present(place.gate.id, Method.QR, later).reason is Reason.PASSED_BACK


def test_a_group_of_visitors_is_counted_not_passed_back(strict: TestHouse, place: Place, device: Device) -> None:
    alice, now = resident(strict.house, place, "alice"), strict.clock.now()
    wish = invite_visitor.Wish(place.estate.id, "", now, now + HOUR, frozenset({place.gate.id}), entries=2)
    invitation = invite_visitor.invite(strict.house, alice, wish)
    text = invite_visitor.visitor_pass(strict.house, invitation.secret).text
    answers = [device.present(place.gate.id, Method.QR, text).reason for _ in range(3)]
    assert answers == [None, None, Reason.USED]


def test_a_door_that_did_not_open_may_be_tried_again(strict: TestHouse, place: Place, device: Device) -> None:
    with_card(strict, place)
    device.present(place.gate.id, Method.CARD, CARD)
    with strict.house.db.reading() as stores:
        (command,) = stores.gates.open_commands(device.gate.id, strict.clock.now())
    failed = Acknowledgement(command.id, command.epoch, command.seq, CommandState.FAILED, strict.clock.now())
    assert acknowledge(strict.house, device.gate, [failed]) == 1
    assert device.present(place.gate.id, Method.CARD, CARD).granted


def test_staff_reset_one_person(strict: TestHouse, place: Place, device: Device) -> None:
    alice = with_card(strict, place)
    with_card(strict, place, "bob", "04A1B2C4")
    for number in (CARD, "04A1B2C4"):
        assert device.present(place.gate.id, Method.CARD, number).granted
    with pytest.raises(NotPermitted):
        reset_passback(strict.house, place.operations.staff, alice)
    other = seed_estate(strict.house, 2, "other-")
    with pytest.raises(NotFound):
        reset_passback(strict.house, other.security.staff, alice)
    reset_passback(strict.house, place.security.staff, alice)
    assert device.present(place.gate.id, Method.CARD, CARD).granted
    assert device.present(place.gate.id, Method.CARD, "04A1B2C4").reason is Reason.PASSED_BACK


def test_it_is_off_unless_asked_for(wired: TestHouse, place: Place) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    with_card(wired, place)
    assert device.present(place.gate.id, Method.CARD, CARD).granted
    assert device.present(place.gate.id, Method.CARD, CARD).granted
