"""My data and my entries: all of mine, nothing of others, and who looked."""

from __future__ import annotations

import json

import pytest

from access.domain.errors import NotFound
from access.domain.events import AccessEvent, Opening
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reading import ReadPurpose
from access.domain.reasons import WORDS, Reason
from access.domain.residency import Role
from access.domain.times import DAY, HOUR
from access.services import close_account, invite_visitor, issue_pass, my_data, my_entries, personal_data
from tests.estate import Place, TestHouse, resident


def record(
    wired: TestHouse, place: Place, person_id: str | None, reason: Reason | None = None, **more: str
) -> None:
    event = AccessEvent(
        id=new_id(),
        at=wired.clock.now(),
        estate_id=place.estate.id,
        access_point_id=place.gate.id,
        gate_id="gate",
        method=Method.QR,
        granted=reason is None,
        reason=reason,
        person_id=person_id,
        pass_id=more.get("pass_id"),
        credential_id=None,
        opening=Opening.OPENED if reason is None else Opening.NONE,
    )
    with wired.house.db.transaction() as stores:
        stores.events.add(event)


@pytest.mark.rule("L11")
def test_the_copy_holds_what_is_held_of_me_and_nothing_of_others(wired: TestHouse, place: Place) -> None:
    alice, bob = resident(wired.house, place, "Alice"), resident(wired.house, place, "Bob", role=Role.FAMILY)
    issue_pass.door_pass(wired.house, alice, place.estate.id)
    at = wired.clock.now()
    invite_visitor.invite(wired.house, alice, invite_visitor.Wish(place.estate.id, "Visitor V", at, at + HOUR))
    invite_visitor.invite(wired.house, bob, invite_visitor.Wish(place.estate.id, "Visitor W", at, at + HOUR))
    record(wired, place, alice)
    record(wired, place, bob, Reason.SCHEDULE)
    copy = json.loads(json.dumps(my_data.copy(wired.house, alice)))
    assert copy["person"]["name"] == "Alice"
    assert [home["household"] for home in copy["residencies"]] == ["1-101"]
    assert [consent["purpose"] for consent in copy["consents"]] == ["access"]
    assert len(copy["passes"]) == 1
    assert [visitor["name"] for visitor in copy["visitors"]] == ["Visitor V"]
    assert [entry["granted"] for entry in copy["entries"]] == [True]
    text = json.dumps(copy, ensure_ascii=False)
    assert not [word for word in ("Bob", "Visitor W", bob, "openid") if word in text]


def test_the_copy_opens_no_door(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = issue_pass.door_pass(wired.house, alice, place.estate.id)
    at = wired.clock.now()
    visit = invite_visitor.invite(wired.house, alice, invite_visitor.Wish(place.estate.id, "", at, at + HOUR))
    text = json.dumps(my_data.copy(wired.house, alice))
    assert visit.secret not in text
    assert made.proof_key.hex() not in text
    assert "G1:" not in text
    assert "G2:" not in text


def test_reading_my_own_data_leaves_no_look_and_staffs_reading_does(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    my_data.copy(wired.house, alice)
    assert my_entries.look_ups(wired.house, alice) == []
    staff = place.operations.staff
    reader = personal_data.Reader(f"staff:{staff.id}", ReadPurpose.MANAGE_RESIDENTS, wired.clock.now())
    with wired.house.db.transaction() as stores:
        personal_data.read(stores, wired.house.keyring, [alice], reader)
    (look,) = my_entries.look_ups(wired.house, alice)
    assert look.reader == f"staff:{staff.display_name}"
    assert look.purpose is ReadPurpose.MANAGE_RESIDENTS
    assert look.fields == ("name", "phone")


@pytest.mark.rule("L11")
def test_entries_say_why_not_and_mark_my_visitors(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    at = wired.clock.now()
    visit = invite_visitor.invite(wired.house, alice, invite_visitor.Wish(place.estate.id, "", at, at + HOUR))
    record(wired, place, alice, Reason.STALE)
    wired.clock.advance(HOUR)
    record(wired, place, alice, pass_id=visit.id)
    newest, oldest = my_entries.entries(wired.house, alice)
    assert (newest.visitor, newest.granted, newest.words) == (True, True, None)
    assert (oldest.visitor, oldest.granted, oldest.words) == (False, False, WORDS[Reason.STALE])
    assert newest.place_zh == "南门"


def test_old_entries_are_not_shown(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    record(wired, place, alice)
    wired.clock.advance(wired.house.policy.event_keep_days * DAY + 1)
    assert my_entries.entries(wired.house, alice) == []


def test_a_closed_account_holds_no_name_and_no_account(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    close_account.close_account(wired.house, alice)
    held = my_data.everything(wired.house, alice)
    assert (held.name, held.phone_masked, held.accounts) == ("", "", ())


def test_an_unknown_person(wired: TestHouse, place: Place) -> None:
    with pytest.raises(NotFound):
        my_data.everything(wired.house, "0" * 16)
