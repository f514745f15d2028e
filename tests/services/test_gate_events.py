"""What a gate decided alone, taken in: the server's record says what the door did, not what was meant to happen."""

from __future__ import annotations

from access.domain.commands import CommandState
from access.domain.events import AccessEvent, Opening
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import HOUR, SECOND
from access.services import admit, invite_visitor, manage_cards, retention
from access.services.gate_commands import Acknowledgement, acknowledge
from access.services.gate_events import Reported, take_events
from tests.estate import Place, TestHouse, resident
from tests.gates import Device, claim_device

CARD = "04A1B2C3"


def let_in_alone(device: Device, event_id: str, point: str, **holder: str) -> None:
    """The gate says that it opened for this presentation by itself, and that the door was then opened."""
    at = device.house.clock.now()
    decision = {"id": event_id, "ap": point, "method": "qr" if "pass" in holder else "card", "granted": True}
    run = [
        Reported(1, at, "decision", {**decision, "reason": None, **holder}),
        Reported(2, at, "door", {"ap": point, "open": True, "event": event_id}),
    ]
    assert take_events(device.house, device.gate, 1, run) == 2


def standing(wired: TestHouse, event_id: str) -> AccessEvent:
    with wired.house.db.reading() as stores:
        found = stores.events.get(event_id)
    assert found is not None
    return found


def test_a_door_that_opened_is_recorded_though_the_server_had_said_no(wired: TestHouse, place: Place) -> None:
    """The answer came too late: the gate had decided alone, by lists that did not yet say that the card is lost."""
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    alice = resident(wired.house, place, "alice")
    card = manage_cards.add_card(wired.house, place.operations.staff, alice, CARD)
    manage_cards.freeze_card(wired.house, place.operations.staff, card.id)
    denied = device.present(place.gate.id, Method.CARD, CARD)
    assert denied.reason is Reason.FROZEN
    wired.clock.advance(SECOND)
    let_in_alone(device, denied.id, place.gate.id, credential=card.id)
    event = standing(wired, denied.id)
    assert (event.granted, event.reason, event.opening) == (True, None, Opening.OPENED)
    assert (event.person_id, event.credential_id) == (alice, card.id)


def test_a_visitor_let_in_though_denied_has_spent_the_entry(wired: TestHouse, place: Place) -> None:
    device, now = claim_device(wired.house, place.estate.id, place.gate.id), wired.clock.now()
    alice = resident(wired.house, place, "alice")
    wish = invite_visitor.Wish(place.estate.id, "", now, now + HOUR, frozenset({place.gate.id}))
    invitation = invite_visitor.invite(wired.house, alice, wish)
    text = invite_visitor.visitor_pass(wired.house, invitation.secret).text
    late = device.show(place.gate.id, Method.QR, text)
    wired.clock.advance(admit.PRESENTATION_LIFE + SECOND)
    denied = admit.present(wired.house, device.gate, late)
    assert denied.reason is Reason.BUSY
    let_in_alone(device, denied.id, place.gate.id, **{"pass": invitation.id})
    assert standing(wired, denied.id).granted
    assert device.present(place.gate.id, Method.QR, text).reason is Reason.USED


def test_another_gates_word_changes_no_record(wired: TestHouse, place: Place) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    other = claim_device(wired.house, place.estate.id, place.gate.id)
    denied = device.present(place.gate.id, Method.CARD, CARD)
    let_in_alone(other, denied.id, place.gate.id)
    assert standing(wired, denied.id) == denied


def test_a_denial_at_the_gate_leaves_the_servers_grant(wired: TestHouse, place: Place) -> None:
    """Its command may still come in time and open the door."""
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    alice = resident(wired.house, place, "alice")
    manage_cards.add_card(wired.house, place.operations.staff, alice, CARD)
    granted = device.present(place.gate.id, Method.CARD, CARD)
    body = {"id": granted.id, "ap": place.gate.id, "method": "card", "granted": False, "reason": "unknown"}
    assert take_events(wired.house, device.gate, 1, [Reported(1, wired.clock.now(), "decision", body)]) == 1
    assert standing(wired, granted.id) == granted
    with wired.house.db.reading() as stores:
        (command,) = stores.gates.open_commands(device.gate.id, wired.clock.now())
    done = Acknowledgement(command.id, command.epoch, command.seq, CommandState.DONE, wired.clock.now())
    assert acknowledge(wired.house, device.gate, [done]) == 1
    assert standing(wired, granted.id).opening is Opening.OPENED


def test_a_relay_that_did_not_switch_is_no_opening(wired: TestHouse, place: Place) -> None:
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    event_id, at = "ab" * 8, wired.clock.now()
    decision = {"id": event_id, "ap": place.gate.id, "method": "card", "granted": True, "reason": None}
    failed = Reported(2, at, "failed", {"ap": place.gate.id, "event": event_id})
    assert take_events(wired.house, device.gate, 1, [Reported(1, at, "decision", decision), failed]) == 2
    assert standing(wired, event_id).opening is Opening.FAILED


def test_an_event_without_a_time_is_as_old_as_its_arrival(wired: TestHouse, place: Place) -> None:
    """A gate that started before it knew the time: the record must not be deleted as ninety days old."""
    device, now = claim_device(wired.house, place.estate.id, place.gate.id), wired.clock.now()
    run = [Reported(1, 0, "started", {"version": 0}), Reported(2, now + HOUR, "exit", {"ap": place.gate.id})]
    assert take_events(wired.house, device.gate, 1, run) == 2
    retention.remove_what_is_due(wired.house)
    with wired.house.db.reading() as stores:
        kept = stores.gates.logged(place.estate.id, ["started", "exit"], None, 0, now + 1, 0, 10)
    assert [event.at for event in kept] == [now, now]
