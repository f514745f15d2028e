"""Unlock all, lockdown, back to normal: two people, a reason, and nothing late."""

from __future__ import annotations

import pytest

from access.domain.commands import GATE_SILENCE, Op
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.staff import Staff, StaffRole
from access.domain.times import DAY, MINUTE
from access.services import gate_modes, rotate_keys
from access.services.gate_claims import signing_keys
from access.services.gate_modes import PROPOSAL_LIFE, Mode
from access.services.gate_presence import note_streaming
from access.services.manage_staff import create_staff
from tests.estate import Place, TestHouse, seed_estate
from tests.gates import Device, claim_device


@pytest.fixture
def second(wired: TestHouse, place: Place) -> Staff:
    return create_staff(wired.house, place.estate.id, "second", "second", [StaffRole.SECURITY], "cli").staff


@pytest.fixture
def device(wired: TestHouse, place: Place) -> Device:
    return claim_device(wired.house, place.estate.id, place.gate.id)


def waiting(wired: TestHouse, device: Device) -> list[tuple[Op, str | None]]:
    with wired.house.db.reading() as stores:
        commands = stores.gates.open_commands(device.gate.id, wired.clock.now())
    return [(command.op, command.access_point_id) for command in commands]


def test_two_people_unlock_every_gate_that_is_there(
    wired: TestHouse, place: Place, device: Device, second: Staff
) -> None:
    away = claim_device(wired.house, place.estate.id, place.doors[0].id, online=False)
    proposal = gate_modes.propose_mode(wired.house, place.security.staff, Mode.UNLOCK, None, " Fire drill ")
    assert waiting(wired, device) == []
    assert gate_modes.open_proposals(wired.house, second) == [proposal]
    order = gate_modes.confirm_mode(wired.house, second, proposal.id)
    assert [gate.id for gate in order.offline] == [away.gate.id]
    assert len(order.command_ids) == 1
    assert waiting(wired, device) == [(Op.UNLOCK, None)]
    assert waiting(wired, away) == []
    assert wired.link.woken[-1] == device.gate.id
    with wired.house.db.reading() as stores:
        rows = stores.audit.page(stores.audit.last_seq() - 2, 2)
    assert [(row.actor, row.tag) for row in rows] == [
        (f"staff:{place.security.staff.id}", "staff:gates:propose"),
        (f"staff:{second.id}", "staff:gates:confirm"),
    ]
    assert rows[0].details["reason"] == "Fire drill"


def test_nobody_confirms_their_own_proposal_or_confirms_twice(
    wired: TestHouse, place: Place, device: Device, second: Staff
) -> None:
    proposal = gate_modes.propose_mode(wired.house, second, Mode.UNLOCK, None, "drill")
    with pytest.raises(NotPermitted) as alone:
        gate_modes.confirm_mode(wired.house, second, proposal.id)
    assert alone.value.code == "mode.same_person"
    gate_modes.confirm_mode(wired.house, place.security.staff, proposal.id)
    with pytest.raises(Conflict):
        gate_modes.confirm_mode(wired.house, place.security.staff, proposal.id)
    assert len(waiting(wired, device)) == 1


def test_a_proposal_runs_out(wired: TestHouse, place: Place, second: Staff) -> None:
    proposal = gate_modes.propose_mode(wired.house, place.security.staff, Mode.LOCKDOWN, None, "drill")
    wired.clock.advance(PROPOSAL_LIFE)
    assert gate_modes.open_proposals(wired.house, second) == []
    with pytest.raises(Conflict):
        gate_modes.confirm_mode(wired.house, second, proposal.id)


def test_an_unlock_does_not_wait_for_a_gate_but_normal_does(
    wired: TestHouse, place: Place, device: Device, second: Staff
) -> None:
    def order(mode: Mode) -> gate_modes.ModeOrder:
        proposal = gate_modes.propose_mode(wired.house, second, mode, place.gate.id, "drill")
        return gate_modes.confirm_mode(wired.house, place.security.staff, proposal.id)

    order(Mode.UNLOCK)
    assert waiting(wired, device) == [(Op.UNLOCK, place.gate.id)]
    wired.clock.advance(MINUTE)
    assert waiting(wired, device) == []
    wired.clock.advance(GATE_SILENCE)
    assert order(Mode.UNLOCK).command_ids == ()
    assert len(order(Mode.NORMAL).command_ids) == 1
    wired.clock.advance(DAY)
    note_streaming(wired.house, [device.gate.id], streaming=True)
    assert waiting(wired, device) == [(Op.NORMAL, place.gate.id)]


def test_who_may_propose_what(wired: TestHouse, place: Place, second: Staff) -> None:
    other = seed_estate(wired.house, 2, "other-")
    with pytest.raises(NotPermitted) as role:
        gate_modes.propose_mode(wired.house, place.operations.staff, Mode.UNLOCK, None, "drill")
    assert role.value.code == "staff.role"
    for reason in (" ", "x" * 201):
        with pytest.raises(InvalidInput):
            gate_modes.propose_mode(wired.house, second, Mode.UNLOCK, None, reason)
    with pytest.raises(NotFound):
        gate_modes.propose_mode(wired.house, second, Mode.UNLOCK, other.gate.id, "drill")
    proposal = gate_modes.propose_mode(wired.house, second, Mode.UNLOCK, None, "drill")
    with pytest.raises(Conflict):
        gate_modes.confirm_mode(wired.house, other.security.staff, proposal.id)


def test_a_rotation_keeps_the_key_before_and_drops_the_one_before_that(wired: TestHouse, place: Place) -> None:
    first = signing_keys(wired.house, place.estate.id)
    before = first.current[0]
    number = rotate_keys.rotate_keys(wired.house, "operator", place.estate.id)
    second = signing_keys(wired.house, place.estate.id)
    assert second.root_key == first.root_key
    assert list(second.live) == [f"c{number}", before]
    assert second.live[before] == first.live[before]
    assert second.current[1] not in first.live.values()
    rotate_keys.rotate_keys(wired.house, "operator", place.estate.id)
    assert list(signing_keys(wired.house, place.estate.id).live) == [f"c{number + 1}", f"c{number}"]
    with pytest.raises(NotFound):
        rotate_keys.rotate_keys(wired.house, "operator", "0" * 16)
