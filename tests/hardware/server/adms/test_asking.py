"""Online authorisation: the rules of every gate, one opening for each asking."""

from __future__ import annotations

import pytest

from access.domain.credentials import Credential
from access.domain.events import Opening
from access.domain.reasons import Reason
from access.domain.times import HOUR, SECOND
from access.services import estate_setup, invite_visitor, issue_pass, manage_cards, move_out
from tests.estate import Place, TestHouse, resident
from tests.hardware.server.adms.conftest import CARD, Box

OPEN = "CONTROL DEVICE 01010103"
"""Door 1 for three seconds: the access point's relay time."""


def test_a_residents_card_opens(box: Box, card: Credential) -> None:
    line = box.line(CARD)
    assert box.ask(CARD, line=line) == f"AUTH=SUCCESS\n{line}\n{OPEN}\n"
    (event,) = box.events()
    assert (event.granted, event.person_id, event.credential_id) == (True, card.person_id, card.id)
    assert event.opening is Opening.PENDING
    assert box.poll() == []


def test_who_has_no_right_is_refused_with_the_reason_recorded(
    wired: TestHouse, place: Place, box: Box, card: Credential
) -> None:
    assert box.ask("99999999").startswith("AUTH=FAILED\n")
    manage_cards.freeze_card(wired.house, place.operations.staff, card.id)
    assert box.ask(CARD).startswith("AUTH=FAILED\n")
    assert "CONTROL" not in box.ask(CARD)
    assert [event.reason for event in box.events()] == [Reason.UNKNOWN, Reason.FROZEN, Reason.FROZEN]
    assert box.poll() == []


def test_a_card_stops_at_once_when_the_holder_moves_out(
    wired: TestHouse, box: Box, card: Credential, alice: str
) -> None:
    assert box.ask(CARD).startswith("AUTH=SUCCESS\n")
    with wired.house.db.reading() as stores:
        (stay,) = stores.residencies.of_person(alice)
    move_out.end_residency(wired.house, stay.id, "cli", "moved")
    assert box.ask(CARD).startswith("AUTH=FAILED\n")


def test_the_same_asking_sent_again_opens_once_and_is_one_event(box: Box, card: Credential) -> None:
    line = box.line(CARD)
    answers = [box.ask(CARD, line=line) for _ in range(3)]
    assert [answer.split("\n")[0] for answer in answers] == ["AUTH=SUCCESS", "AUTH=FAILED", "AUTH=FAILED"]
    assert len(box.events()) == 1
    assert box.ask(CARD).startswith("AUTH=SUCCESS\n")


def test_a_rolling_pass_in_the_field_of_the_card_opens_once(
    wired: TestHouse, place: Place, box: Box, alice: str
) -> None:
    code = issue_pass.door_pass(wired.house, alice, place.estate.id).text(wired.clock.now())
    assert box.ask(code).startswith("AUTH=SUCCESS\n")
    assert box.ask(code).startswith("AUTH=FAILED\n")
    assert box.events()[-1].reason is Reason.REPEATED
    wired.clock.advance(15 * SECOND)
    code = issue_pass.door_pass(wired.house, alice, place.estate.id).text(wired.clock.now())
    named = box.line(code).replace("cardno=", "qrcode=")
    assert box.ask(code, line=named).startswith("AUTH=SUCCESS\n")


def test_a_visitors_pass_is_used_up(wired: TestHouse, place: Place, box: Box, alice: str) -> None:
    now = wired.clock.now()
    wish = invite_visitor.Wish(place.estate.id, "", now, now + HOUR, frozenset({place.gate.id}), 1)
    code = invite_visitor.visitor_pass(wired.house, invite_visitor.invite(wired.house, alice, wish).secret).text
    assert [box.ask(code).split("\n")[0] for _ in range(2)] == ["AUTH=SUCCESS", "AUTH=FAILED"]
    assert box.events()[-1].reason is Reason.USED


def test_a_closed_hour_is_kept(wired: TestHouse, place: Place, box: Box, card: Credential) -> None:
    staff = place.operations.staff
    estate_setup.save_schedule(wired.house, staff, "never", [()] * 7, place.schedule.id)
    assert box.ask(CARD).startswith("AUTH=FAILED\n")
    assert box.events()[-1].reason is Reason.SCHEDULE


@pytest.mark.parametrize("line", ["", "cardno=", "nonsense", "cardno=12345678\teventaddr=x", "\0\0\0\0"])
def test_an_asking_that_cannot_be_read_is_refused(box: Box, line: str) -> None:
    assert box.post("cdata", line, AuthType="device").text == "AUTH=FAILED\n"
    assert box.events() == []


@pytest.mark.parametrize("door", [0, 2, 255])
def test_a_door_that_is_not_the_terminals_is_refused(box: Box, card: Credential, door: int) -> None:
    assert box.ask(CARD, door=door).startswith("AUTH=FAILED\n")
    assert box.events() == []


def test_a_terminal_that_keeps_no_cards_is_never_sent_one(
    wired: TestHouse, place: Place, box: Box, card: Credential
) -> None:
    resident(wired.house, place, "bob", "1-102")
    assert box.ask(CARD).startswith("AUTH=SUCCESS\n")
    assert box.poll() == []
    assert box.held() == []
