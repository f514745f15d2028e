"""A resident opens a door from the phone: only what they may, only now, only through a gate that is there."""

from __future__ import annotations

import pytest

from access.domain.commands import GATE_SILENCE, OPEN_LIFE, CommandState
from access.domain.errors import Conflict, NotFound, TooOften
from access.domain.reasons import Reason
from access.domain.times import MINUTE
from access.services import remote_open
from access.services.gate_commands import Acknowledgement, acknowledge
from access.services.gate_events import Reported, take_events
from access.services.remote_open import Progress
from tests.estate import Place, TestHouse, newcomer, resident
from tests.gates import Device, claim_device


@pytest.fixture
def device(wired: TestHouse, place: Place) -> Device:
    return claim_device(wired.house, place.estate.id, place.gate.id, place.doors[1].id)


def ack(wired: TestHouse, device: Device, command_id: str, state: CommandState) -> int:
    with wired.house.db.reading() as stores:
        command = stores.gates.command(command_id)
    assert command is not None
    told = Acknowledgement(command.id, command.epoch, command.seq, state, wired.clock.now())
    return acknowledge(wired.house, device.gate, [told])


def opened(wired: TestHouse, place: Place, person_id: str) -> remote_open.RemoteOpening:
    return remote_open.open_remotely(wired.house, person_id, place.gate.id, wired.clock.now())


def test_opened_is_said_only_once_the_gate_says_done(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    opening = opened(wired, place, alice)
    assert opening.event.granted
    assert opening.command_id is not None
    assert opening.expires_at == wired.clock.now() + OPEN_LIFE
    assert remote_open.progress(wired.house, alice, opening.command_id) is Progress.PENDING
    ack(wired, device, opening.command_id, CommandState.RECEIVED)
    assert remote_open.progress(wired.house, alice, opening.command_id) is Progress.PENDING
    ack(wired, device, opening.command_id, CommandState.DONE)
    assert remote_open.progress(wired.house, alice, opening.command_id) is Progress.OPENED


def test_a_door_contact_says_opened_too(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    opening = opened(wired, place, alice)
    contact = Reported(1, wired.clock.now(), "door", {"ap": place.gate.id, "open": True, "event": opening.event.id})
    take_events(wired.house, device.gate, 1, [contact])
    assert remote_open.progress(wired.house, alice, opening.command_id or "") is Progress.OPENED


@pytest.mark.parametrize(
    ("state", "progress"),
    [
        (CommandState.EXPIRED, Progress.FAILED),
        (CommandState.FAILED, Progress.FAILED),
        (CommandState.DENIED, Progress.FAILED),
        (CommandState.UNKNOWN, Progress.UNKNOWN),
    ],
)
def test_what_else_a_gate_may_say(
    wired: TestHouse, place: Place, device: Device, state: CommandState, progress: Progress
) -> None:
    alice = resident(wired.house, place, "alice")
    opening = opened(wired, place, alice)
    ack(wired, device, opening.command_id or "", state)
    assert remote_open.progress(wired.house, alice, opening.command_id or "") is progress
    assert ack(wired, device, opening.command_id or "", CommandState.DONE) == 0


def test_silence_is_a_failure_once_the_command_has_run_out(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    opening = opened(wired, place, alice)
    wired.clock.advance(OPEN_LIFE)
    assert remote_open.progress(wired.house, alice, opening.command_id or "") is Progress.FAILED


def test_nothing_is_queued_for_a_gate_that_is_offline(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    wired.clock.advance(GATE_SILENCE + 1)
    with pytest.raises(Conflict) as offline:
        opened(wired, place, alice)
    assert offline.value.code == "gate.offline"
    with wired.house.db.reading() as stores:
        assert stores.gates.last_command_row() == 0
        assert stores.events.of_estate(place.estate.id, 0, 10) == []


def test_who_has_no_right_is_denied_and_sends_nothing(wired: TestHouse, place: Place, device: Device) -> None:
    stranger = newcomer(wired.house, place, "stranger")
    opening = opened(wired, place, stranger)
    assert (opening.event.granted, opening.event.reason, opening.command_id) == (False, Reason.NO_RIGHT, None)
    alice = resident(wired.house, place, "alice", "1-101")
    other = remote_open.open_remotely(wired.house, alice, place.doors[1].id, wired.clock.now())
    assert other.event.reason is Reason.NO_RIGHT
    with wired.house.db.reading() as stores:
        assert stores.gates.last_command_row() == 0


def test_an_old_wish_is_not_carried_out(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    with pytest.raises(Conflict) as stale:
        remote_open.open_remotely(wired.house, alice, place.gate.id, wired.clock.now() - 2 * MINUTE - 1)
    assert stale.value.code == "remote.stale"


def test_another_persons_opening_is_not_shown(wired: TestHouse, place: Place, device: Device) -> None:
    alice, bob = resident(wired.house, place, "alice"), resident(wired.house, place, "bob")
    opening = opened(wired, place, alice)
    with pytest.raises(NotFound):
        remote_open.progress(wired.house, bob, opening.command_id or "")
    with pytest.raises(NotFound):
        remote_open.open_remotely(wired.house, bob, "0" * 16, wired.clock.now())


def test_opens_are_limited(wired: TestHouse, place: Place, device: Device) -> None:
    alice = resident(wired.house, place, "alice")
    wired.limiter.full = True
    with pytest.raises(TooOften):
        opened(wired, place, alice)
