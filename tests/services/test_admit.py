"""Presentations decided on real stores: who is let in, by what, and with which reason others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain import passes
from access.domain.commands import OPEN_LIFE, Op
from access.domain.errors import Conflict, ExternalSystemError, NotPermitted
from access.domain.events import Opening
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import DAY, HOUR, MINUTE, SECOND
from access.services import admit, estate_setup, invite_visitor, issue_pass, manage_cards, move_out
from tests.estate import Place, TestHouse, resident, seed_estate
from tests.gates import Device, claim_device


@pytest.fixture
def device(wired: TestHouse, place: Place) -> Device:
    return claim_device(wired.house, place.estate.id, place.gate.id, place.doors[0].id)


def door_code(wired: TestHouse, place: Place, person_id: str) -> str:
    return issue_pass.door_pass(wired.house, person_id, place.estate.id).text(wired.clock.now())


def invited(wired: TestHouse, place: Place, host: str, entries: int = 1) -> tuple[str, str]:
    """Pass id and text of a visitor's pass for the estate's gate, from now for an hour."""
    now = wired.clock.now()
    wish = invite_visitor.Wish(place.estate.id, "", now, now + HOUR, frozenset({place.gate.id}), entries)
    invitation = invite_visitor.invite(wired.house, host, wish)
    return invitation.id, invite_visitor.visitor_pass(wired.house, invitation.secret).text


def commands(wired: TestHouse, device: Device) -> list[tuple[Op, dict[str, object]]]:
    with wired.house.db.reading() as stores:
        waiting = stores.gates.open_commands(device.gate.id, wired.clock.now())
    return [(command.op, command.args) for command in waiting]


def test_a_residents_pass_opens_and_the_open_is_committed_with_the_event(
    wired: TestHouse, place: Place, device: Device
) -> None:
    alice = resident(wired.house, place, "alice")
    event = device.present(place.gate.id, Method.QR, door_code(wired, place, alice))
    assert (event.granted, event.reason, event.person_id) == (True, None, alice)
    with wired.house.db.reading() as stores:
        assert stores.events.get(event.id) == event
        (command,) = stores.gates.open_commands(device.gate.id, wired.clock.now())
    assert command.op is Op.OPEN
    assert command.args == {"event": event.id, "relay_ms": place.gate.relay_ms, "reason": None}
    assert command.expires_at - command.issued_at == OPEN_LIFE
    assert command.access_point_id == place.gate.id
    assert wired.link.woken[-1] == device.gate.id


def test_a_step_is_good_once(wired: TestHouse, place: Place, device: Device) -> None:
    code = door_code(wired, place, resident(wired.house, place, "alice"))
    assert device.present(place.gate.id, Method.QR, code).granted
    again = device.present(place.gate.id, Method.QR, code)
    assert (again.granted, again.reason) == (False, Reason.REPEATED)
    wired.clock.advance(15 * SECOND)
    assert device.present(place.gate.id, Method.QR, door_code(wired, place, again.person_id or "")).granted


def test_the_fixed_half_of_a_rolling_pass_is_forged(wired: TestHouse, place: Place, device: Device) -> None:
    code = door_code(wired, place, resident(wired.house, place, "alice"))
    read = passes.read(code)
    assert isinstance(read, passes.PresentedPass)
    cut = "G1:" + passes._text(read.packed + read.signature)
    assert device.present(place.gate.id, Method.QR, cut).reason is Reason.FORGED


def test_a_door_of_another_building_stays_shut(wired: TestHouse, place: Place, device: Device) -> None:
    dora = resident(wired.house, place, "dora", "2-101")
    assert device.present(place.doors[0].id, Method.QR, door_code(wired, place, dora)).reason is (
        Reason.WRONG_ACCESS_POINT
    )
    assert device.present(place.gate.id, Method.QR, door_code(wired, place, dora)).granted


def test_a_visitor_enters_once(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    pass_id, text = invited(wired, place, alice)
    first = device.present(place.gate.id, Method.QR, text)
    assert (first.granted, first.pass_id, first.person_id) == (True, pass_id, alice)
    assert device.present(place.gate.id, Method.QR, text).reason is Reason.USED


def test_a_denied_visitor_has_not_used_the_pass(wired: TestHouse, place: Place, device: Device) -> None:
    _, text = invited(wired, place, resident(wired.house, place, "alice"))
    assert device.present(place.doors[0].id, Method.QR, text).reason is Reason.WRONG_ACCESS_POINT
    assert device.present(place.gate.id, Method.QR, text).granted


def test_a_revoked_invitation_is_refused(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    pass_id, text = invited(wired, place, alice)
    invite_visitor.revoke(wired.house, alice, pass_id)
    assert device.present(place.gate.id, Method.QR, text).reason is Reason.REVOKED


def test_a_visitor_of_somebody_who_moved_out_is_refused(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    _, text = invited(wired, place, alice)
    with wired.house.db.reading() as stores:
        (home,) = stores.residencies.of_person(alice)
    move_out.end_residency(wired.house, home.id, f"staff:{place.operations.staff.id}", "moved")
    assert device.present(place.gate.id, Method.QR, text).reason in {Reason.REVOKED, Reason.NO_RIGHT}


def test_windows_and_forgeries(wired: TestHouse, place: Place, device: Device) -> None:
    other = seed_estate(wired.house, 2, "other-")
    alice = resident(wired.house, place, "alice")
    eve = resident(wired.house, other, "eve")
    foreign = issue_pass.door_pass(wired.house, eve, other.estate.id).text(wired.clock.now())
    assert device.present(place.gate.id, Method.QR, foreign).reason is Reason.OTHER_ESTATE
    assert device.present(place.gate.id, Method.QR, "https://example.com").reason is Reason.UNREADABLE
    _, text = invited(wired, place, alice)
    body = passes.read(text)
    assert isinstance(body, passes.PresentedPass)
    forged = passes.sign(replace(body.body, uses=200), bytes(32))
    assert device.present(place.gate.id, Method.QR, forged).reason is Reason.FORGED
    wired.clock.advance(2 * HOUR)
    assert device.present(place.gate.id, Method.QR, text).reason is Reason.EXPIRED


def test_cards(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    staff = place.operations.staff
    card = manage_cards.add_card(wired.house, staff, alice, "04A1B2C3")
    assert device.present(place.gate.id, Method.CARD, "04:a1:b2:c3").granted
    assert device.present(place.gate.id, Method.CARD, "04A1B2C4").reason is Reason.UNKNOWN
    assert device.present(place.gate.id, Method.CARD, "not a card").reason is Reason.CARD_UNREADABLE
    manage_cards.freeze_card(wired.house, staff, card.id)
    lost = device.present(place.gate.id, Method.CARD, "04A1B2C3")
    assert (lost.reason, lost.person_id, lost.credential_id) == (Reason.FROZEN, alice, card.id)
    manage_cards.release_card(wired.house, staff, card.id)
    assert device.present(place.gate.id, Method.CARD, "04A1B2C3").granted
    manage_cards.disable_card(wired.house, staff, card.id)
    assert device.present(place.gate.id, Method.CARD, "04A1B2C3").reason in {Reason.REVOKED, Reason.UNKNOWN}


def test_a_schedule_closes_the_door(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    staff = place.operations.staff
    manage_cards.add_card(wired.house, staff, alice, "04A1B2C3")
    assert device.present(place.gate.id, Method.CARD, "04A1B2C3").granted
    closed = estate_setup.save_schedule(wired.house, staff, "never", [()] * 7)
    with wired.house.db.transaction() as stores:
        (rule,) = stores.places.rules_of(place.gate.id)
        stores.places.save_rule(replace(rule, schedule_id=closed.id))
        stores.places.bump_policy(place.estate.id)
    assert device.present(place.gate.id, Method.CARD, "04A1B2C3").reason is Reason.SCHEDULE


def test_the_day_after_a_tenancy_nothing_opens(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C3")
    with wired.house.db.transaction() as stores:
        (home,) = stores.residencies.of_person(alice)
        stores.residencies.update(replace(home, valid_to=wired.clock.now() + DAY), home.status)
    assert device.present(place.gate.id, Method.CARD, "04A1B2C3").granted
    wired.clock.advance(DAY)
    assert device.present(place.gate.id, Method.CARD, "04A1B2C3").reason is Reason.NO_RIGHT


def test_the_same_presentation_twice_is_one_decision_and_one_command(
    wired: TestHouse, place: Place, device: Device
) -> None:
    _, text = invited(wired, place, resident(wired.house, place, "alice"))
    shown = device.show(place.gate.id, Method.QR, text)
    first = admit.present(wired.house, device.gate, shown)
    assert admit.present(wired.house, device.gate, shown) == first
    assert len(commands(wired, device)) == 1


def test_an_id_is_one_gates_alone(wired: TestHouse, place: Place, device: Device) -> None:
    other = claim_device(wired.house, place.estate.id, place.gate.id)
    shown = device.show(place.gate.id, Method.CARD, "04A1B2C3")
    admit.present(wired.house, device.gate, shown)
    with pytest.raises(Conflict) as taken:
        admit.present(wired.house, other.gate, shown)
    assert taken.value.code == "event.taken"


def test_a_gate_asks_for_its_own_doors_alone(wired: TestHouse, place: Place, device: Device) -> None:
    with pytest.raises(NotPermitted) as foreign:
        device.present(place.doors[1].id, Method.CARD, "04A1B2C3")
    assert foreign.value.code == "gate.access_point"


def test_a_late_presentation_is_not_decided(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    shown = device.show(place.gate.id, Method.QR, door_code(wired, place, alice))
    wired.clock.advance(admit.PRESENTATION_LIFE + 1)
    event = admit.present(wired.house, device.gate, shown)
    assert (event.granted, event.reason) == (False, Reason.BUSY)


def test_a_fault_denies_and_is_recorded(
    wired: TestHouse, place: Place, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = door_code(wired, place, resident(wired.house, place, "alice"))

    def unreadable(*_: object) -> bytes:
        raise ExternalSystemError("keys.unreadable", permanent=True)

    monkeypatch.setattr(type(wired.house.keys), "derive", unreadable)
    event = device.present(place.gate.id, Method.QR, code)
    assert (event.granted, event.reason, event.opening) == (False, Reason.FAULT, Opening.NONE)
    with wired.house.db.reading() as stores:
        assert stores.events.get(event.id) == event
    assert [op for op, _ in commands(wired, device)] == [Op.DENY]


def test_a_denial_shows_its_reason_at_the_gate(wired: TestHouse, place: Place, device: Device) -> None:
    event = device.present(place.gate.id, Method.CARD, "04A1B2C3")
    assert commands(wired, device) == [(Op.DENY, {"event": event.id, "reason": "unknown"})]


def test_a_method_that_the_door_does_not_take(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C3")
    with wired.house.db.transaction() as stores:
        stores.places.save_access_point(replace(place.gate, methods=frozenset({Method.QR})))
        stores.places.bump_policy(place.estate.id)
    assert device.present(place.gate.id, Method.CARD, "04A1B2C3").reason is Reason.METHOD_OFF


def test_a_retired_key_is_forged(wired: TestHouse, place: Place, device: Device) -> None:
    code = door_code(wired, place, resident(wired.house, place, "alice"))
    with wired.house.db.transaction() as stores:
        stores.places.rotate_pass_key(place.estate.id)
        stores.places.bump_policy(place.estate.id)
    assert device.present(place.gate.id, Method.QR, code).granted
    with wired.house.db.transaction() as stores:
        stores.places.rotate_pass_key(place.estate.id)
        stores.places.bump_policy(place.estate.id)
    wired.clock.advance(MINUTE)
    assert device.present(place.gate.id, Method.QR, code).reason is Reason.FORGED


def test_an_unknown_pass_is_unknown(wired: TestHouse, place: Place, device: Device) -> None:
    _, text = invited(wired, place, resident(wired.house, place, "alice"))
    body = passes.read(text)
    assert isinstance(body, passes.PresentedPass)
    with wired.house.db.reading() as stores:
        seed = wired.house.keyring.passes(stores, place.estate.id).seed(body.body.key_id)
    stranger = passes.sign(replace(body.body, pass_id=new_id()), seed)
    assert device.present(place.gate.id, Method.QR, stranger).reason is Reason.UNKNOWN
