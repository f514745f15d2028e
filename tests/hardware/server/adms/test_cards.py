"""Cards that a terminal keeps: learnt at a granted tap, put and deleted until acknowledged, and erased."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from access.domain.consent import Channel, Purpose
from access.domain.credentials import Credential
from access.domain.erasure import HolderKind
from access.domain.errors import InvalidInput
from access.domain.schedules import Window
from access.domain.terminals import Basis, CardState
from access.domain.times import DAY, HOUR, SECOND
from access.queries import erasures, terminals
from access.services import erase, estate_setup, manage_cards, move_out, my_data, outbox, verify_receipt
from access.services.close_account import close_account
from access.services.signing import ERASURES, opened
from access.services.withdraw import withdraw_face
from tests.estate import Place, TestHouse, agree, seed_estate
from tests.hardware.server.adms.conftest import CARD, Box

PUT = f"DATA USER PIN=1\tName=\tPri=0\tPasswd=\tCard={CARD}\tGrp=1\tTZ=0"
DROP = "DATA DEL_USER PIN=1"


def taught(keeper: Box) -> None:
    """The card was tapped and the terminal has acknowledged having it."""
    assert keeper.ask(CARD).startswith("AUTH=SUCCESS\n")
    ((number, text),) = keeper.poll()
    assert text == PUT
    keeper.reply(number)


def states(keeper: Box) -> list[CardState]:
    return [card.state for card in keeper.held()]


def test_a_card_is_put_until_it_is_acknowledged_and_its_number_then_forgotten(
    wired: TestHouse, keeper: Box, card: Credential
) -> None:
    assert keeper.poll() == []
    assert keeper.ask(CARD).startswith("AUTH=SUCCESS\n")
    sealed = keeper.held()[0].number_sealed
    assert sealed
    assert CARD.encode() not in sealed
    sent = []
    for _ in range(3):
        sent += keeper.poll()
        assert keeper.poll() == []
        wired.clock.advance(600 * SECOND)
    assert [text for _, text in sent] == [PUT] * 3
    keeper.reply(sent[0][0], -1)
    assert states(keeper) == [CardState.PUT]
    keeper.reply(sent[0][0])
    assert states(keeper) == [CardState.HELD]
    assert keeper.held()[0].number_sealed == b""
    wired.clock.advance(HOUR)
    assert keeper.poll() == []


def test_a_card_is_learnt_once(keeper: Box, card: Credential) -> None:
    taught(keeper)
    assert keeper.ask(CARD).startswith("AUTH=SUCCESS\n")
    assert len(keeper.held()) == 1
    assert keeper.poll() == []


@pytest.mark.parametrize("end", ["freeze", "disable", "move_out", "rule", "schedule", "special"])
def test_what_may_not_be_held_any_more_is_deleted_until_acknowledged(
    wired: TestHouse, place: Place, keeper: Box, card: Credential, alice: str, end: str
) -> None:
    taught(keeper)
    _end(wired, place, card, alice, end)
    ((number, text),) = keeper.poll()
    assert text == DROP
    wired.clock.advance(30 * SECOND)
    assert keeper.poll() == [(number, DROP)]
    keeper.reply(number - 1)  # a late word on having it is no word on the deletion
    assert states(keeper) == [CardState.DROP]
    keeper.reply(number)
    assert keeper.held() == []


def test_a_card_ends_with_its_own_validity(wired: TestHouse, place: Place, keeper: Box, alice: str) -> None:
    until = wired.clock.now() + DAY
    manage_cards.add_card(wired.house, place.operations.staff, alice, CARD, until)
    taught(keeper)
    wired.clock.at = until - 1
    assert keeper.poll() == []
    wired.clock.at = until
    assert [text for _, text in keeper.poll()] == [DROP]


def test_a_card_bound_to_hours_stays_out_of_a_terminal_that_knows_none(
    wired: TestHouse, place: Place, keeper: Box, card: Credential
) -> None:
    day = [(Window(0, 24 * 60 - 1), Window(24 * 60 - 1, 24 * 60))] * 7
    estate_setup.save_schedule(wired.house, place.operations.staff, "split", day, place.schedule.id)
    assert keeper.ask(CARD).startswith("AUTH=SUCCESS\n")
    assert keeper.held() == []


def test_a_card_that_was_never_sent_is_just_dropped(
    wired: TestHouse, place: Place, keeper: Box, card: Credential
) -> None:
    assert keeper.ask(CARD).startswith("AUTH=SUCCESS\n")
    manage_cards.disable_card(wired.house, place.operations.staff, card.id)
    assert keeper.poll() == []
    assert keeper.held() == []


@pytest.mark.rule("L12")
def test_an_erasure_waits_for_the_terminals_word_and_says_that_it_is_no_signature(
    wired: TestHouse, place: Place, keeper: Box, card: Credential, alice: str
) -> None:
    taught(keeper)
    (erasure,) = close_account(wired.house, alice)
    _work(wired)
    assert _receipt(wired, alice, erasure.id) is None
    ((number, text),) = keeper.poll()
    assert text == DROP
    assert _receipt(wired, alice, erasure.id) is None
    keeper.reply(number)
    _work(wired)
    body = json.loads(_receipt(wired, alice, erasure.id) or "")["body"]
    assert (body["signed_by"], body["basis"]) == ("estate", "terminal_acknowledged_deletion")
    assert "device_key" not in body
    _, _, certificate = erase.erasure_of(wired.house, alice, erasure.id)
    assert certificate is not None
    assert verify_receipt.verify_here(wired.house, certificate).receipts == len(HolderKind)


@pytest.mark.rule("L12")
def test_a_certificate_with_a_changed_receipt_of_a_terminal_does_not_verify(
    wired: TestHouse, place: Place, box: Box, alice: str
) -> None:
    (erasure,) = close_account(wired.house, alice)
    _work(wired)
    box.poll()
    receipt = json.loads(_receipt(wired, alice, erasure.id) or "")
    assert receipt["body"]["basis"] == "nothing_outstanding_at_terminal"
    key = erase.receipt_public_key(wired.house, place.estate.id)
    assert opened(json.dumps(receipt), key, ERASURES)["holder"] == box.terminal.id
    receipt["body"]["basis"] = "terminal_acknowledged_deletion"
    with pytest.raises(InvalidInput):
        opened(json.dumps(receipt), key, ERASURES)


def test_erasure_before_the_first_acknowledgement_deletes_what_may_have_arrived(
    wired: TestHouse, keeper: Box, card: Credential, alice: str
) -> None:
    assert keeper.ask(CARD).startswith("AUTH=SUCCESS\n")
    assert [text for _, text in keeper.poll()] == [PUT]
    close_account(wired.house, alice)
    wired.clock.advance(600 * SECOND)
    assert [text for _, text in keeper.poll()] == [DROP]


def test_a_face_that_is_withdrawn_leaves_the_card_in_the_terminal(
    wired: TestHouse, place: Place, keeper: Box, card: Credential, alice: str
) -> None:
    taught(keeper)
    agree(wired.house, place, alice, Purpose.FACE_USE, Purpose.FACE_SERVER)
    erasure = withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    _work(wired)
    assert keeper.poll() == []
    body = json.loads(_receipt(wired, alice, erasure.id) or "")["body"]
    assert body["basis"] == "terminal_is_never_sent_faces"
    assert states(keeper) == [CardState.HELD]


def _end(wired: TestHouse, place: Place, card: Credential, alice: str, end: str) -> None:
    house, staff = wired.house, place.operations.staff
    if end == "freeze":
        manage_cards.freeze_card(house, staff, card.id)
    elif end == "disable":
        manage_cards.disable_card(house, staff, card.id)
    elif end == "move_out":
        with house.db.reading() as stores:
            (stay,) = stores.residencies.of_person(alice)
        move_out.end_residency(house, stay.id, "cli", "moved")
    elif end == "rule":
        with house.db.reading() as stores:
            (rule,) = stores.places.rules_of(place.gate.id)
        estate_setup.delete_rule(house, staff, rule.id)
    elif end == "schedule":
        estate_setup.save_schedule(house, staff, "day", [(Window(0, 60),)] * 7, place.schedule.id)
    else:
        estate_setup.set_special_day(house, staff, place.schedule.id, date(2027, 1, 1), ())


def _work(wired: TestHouse) -> None:
    while outbox.run_once(wired.house):
        pass


def test_staff_and_the_resident_see_what_a_terminal_holds_and_what_its_receipt_rests_on(
    wired: TestHouse, place: Place, keeper: Box, card: Credential, alice: str
) -> None:
    taught(keeper)
    held = my_data.everything(wired.house, alice)
    assert [(one.credential_id, one.terminal_name, one.ended) for one in held.at_terminals] == [
        (card.id, held.at_terminals[0].terminal_name, False)
    ]
    copied: Any = my_data.copy(wired.house, alice)["credentials"]
    assert copied[0]["held_by_terminals"] == [
        {"terminal": held.at_terminals[0].terminal_name, "to_be_deleted": False}
    ]
    (row,) = terminals.listing(wired.house, place.security.staff)
    assert (row.held, row.to_put, row.to_drop, row.online) == (1, 0, 0, True)
    manage_cards.disable_card(wired.house, place.operations.staff, card.id)
    assert [text for _, text in keeper.poll()] == [DROP]
    (row,) = terminals.listing(wired.house, place.security.staff)
    assert (row.held, row.to_drop) == (0, 1)
    assert my_data.everything(wired.house, alice).at_terminals[0].ended


def test_the_list_of_completed_erasures_says_what_a_terminals_receipt_rests_on(
    wired: TestHouse, place: Place, keeper: Box, card: Credential, alice: str
) -> None:
    taught(keeper)
    close_account(wired.house, alice, Channel.PAGE)
    while outbox.run_once(wired.house):
        pass
    for number, _ in keeper.poll():
        keeper.reply(number)
    keeper.poll()
    while outbox.run_once(wired.house):
        pass
    (done,) = erasures.completed(wired.house, place.operations.staff)
    assert {one.holding.kind: one.basis for one in done.receipts} == {
        HolderKind.DATABASE: None,
        HolderKind.FACE_PROCESS: None,
        HolderKind.KEY_LIST: None,
        HolderKind.GATE: Basis.ACKNOWLEDGED,
    }
    other = seed_estate(wired.house, 2, "other-")
    assert erasures.completed(wired.house, other.operations.staff) == ()


def _receipt(wired: TestHouse, person_id: str, erasure_id: str) -> str | None:
    """The terminal's receipt."""
    _, holdings, _ = erase.erasure_of(wired.house, person_id, erasure_id)
    (mine,) = [holding for holding in holdings if holding.kind is HolderKind.GATE]
    return mine.receipt
