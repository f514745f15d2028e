"""Unlock all, lock down, back to normal: one member of staff proposes with a reason, another confirms.

The proposal and its confirmation stand in the audit chain and nowhere else. A lockdown lets nobody in; it never
blocks the way out, and no mode holds a door shut against the fire release: that is the hardware's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from access.domain.audit import AuditEntry
from access.domain.commands import Op
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.staff import Staff, StaffRole
from access.domain.times import DAY, MINUTE
from access.services.areas import reset_every_area
from access.services.house import House
from access.stores import Stores

PROPOSAL_LIFE = 10 * MINUTE
MAX_REASON = 200
_PROPOSE, _CONFIRM = "staff:gates:propose", "staff:gates:confirm"
_LOOK_BACK = 500


class Mode(StrEnum):
    """How doors stand."""

    UNLOCK = "unlock"
    LOCKDOWN = "lockdown"
    NORMAL = "normal"


_LIFE = {Mode.UNLOCK: MINUTE, Mode.LOCKDOWN: MINUTE, Mode.NORMAL: 7 * DAY}
"""A gate that comes back late must not unlock by an old order; back to normal reaches it whenever it comes."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Waiting for a second person.

    Attributes:
        access_point_id: None for every door of the estate.
        proposed_by: staff id.
    """

    id: str
    mode: Mode
    access_point_id: str | None
    reason: str
    proposed_by: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class ModeOrder:
    """What was sent.

    Attributes:
        command_ids: one a gate reached; their states say when each has obeyed.
        offline: gates that were not reached; somebody has to walk there.
    """

    command_ids: tuple[str, ...]
    offline: tuple[Gate, ...]


def propose_mode(house: House, staff: Staff, mode: Mode, access_point_id: str | None, reason: str) -> Proposal:
    """Ask for a mode; nothing happens until somebody else confirms.

    Raises:
        NotPermitted: ``staff.role`` without the security role.
        InvalidInput: ``mode.reason`` when missing or longer than 200 characters.
        NotFound: ``access_point.unknown``, also for another estate's.
    """
    _must_be_security(staff)
    words = reason.strip()
    if not 1 <= len(words) <= MAX_REASON:
        raise InvalidInput("mode.reason", f"give a reason of 1 to {MAX_REASON} characters", field="reason")
    now = house.clock.now()
    proposal = Proposal(new_id(), mode, access_point_id, words, staff.id, now + PROPOSAL_LIFE)
    with house.db.transaction() as stores:
        point = None if access_point_id is None else stores.places.access_point(access_point_id)
        if access_point_id is not None and (point is None or point.estate_id != staff.estate_id):
            raise NotFound("access_point.unknown", "no such access point")
        details: dict[str, str | int | bool | None] = {
            "mode": mode.value,
            "access_point": access_point_id,
            "reason": words,
            "estate": staff.estate_id,
        }
        stores.audit.append(f"staff:{staff.id}", _PROPOSE, proposal.id, details, now)
    return proposal


def open_proposals(house: House, staff: Staff) -> Sequence[Proposal]:
    """What waits for a second person in the staff member's estate."""
    with house.db.reading() as stores:
        return _waiting(stores, staff.estate_id, house.clock.now())


def confirm_mode(house: House, staff: Staff, proposal_id: str) -> ModeOrder:
    """Carry out what another member of staff proposed.

    Raises:
        NotPermitted: ``staff.role``; ``mode.same_person`` when it is one's own proposal.
        Conflict: ``mode.proposal`` when there is no such proposal any more.
    """
    _must_be_security(staff)
    now = house.clock.now()
    with house.db.transaction() as stores:
        proposal = next((p for p in _waiting(stores, staff.estate_id, now) if p.id == proposal_id), None)
        if proposal is None:
            raise Conflict("mode.proposal", "the proposal was carried out already, or has run out")
        if proposal.proposed_by == staff.id:
            raise NotPermitted("mode.same_person", "another member of staff has to confirm")
        order = _send(house, stores, staff, proposal, now)
        if proposal.mode is not Mode.LOCKDOWN:
            # whoever passed a door that stood open was not read
            reset_every_area(stores, staff.estate_id, now)
        details: dict[str, str | int | bool | None] = {
            "mode": proposal.mode.value,
            "proposed_by": proposal.proposed_by,
            "estate": staff.estate_id,
            "gates": len(order.command_ids),
            "offline": len(order.offline),
        }
        stores.audit.append(f"staff:{staff.id}", _CONFIRM, proposal.id, details, now)
    return order


def _send(house: House, stores: Stores, staff: Staff, proposal: Proposal, now: int) -> ModeOrder:
    gates = [gate for gate in stores.gates.gates(staff.estate_id) if _serves(gate, proposal.access_point_id)]
    late = proposal.mode is Mode.NORMAL  # waits for gates that are not there now
    sent: list[str] = []
    for gate in gates:
        if late or gate.is_online(now):
            life = now + _LIFE[proposal.mode]
            command = stores.gates.issue(
                gate, Op(proposal.mode.value), proposal.access_point_id, {}, now, life, f"staff:{staff.id}"
            )
            sent.append(command.id)
            stores.on_commit(lambda gate_id=gate.id: house.gatelink.wake(gate_id))  # type: ignore[misc]
    return ModeOrder(tuple(sent), tuple(gate for gate in gates if not gate.is_online(now)))


def _serves(gate: Gate, access_point_id: str | None) -> bool:
    return gate.revoked_at is None and (access_point_id is None or access_point_id in gate.access_point_ids)


def _waiting(stores: Stores, estate_id: str, now: int) -> list[Proposal]:
    rows = stores.audit.page(max(0, stores.audit.last_seq() - _LOOK_BACK), _LOOK_BACK)
    done = {row.subject for row in rows if row.tag == _CONFIRM}
    return [
        _read(row)
        for row in rows
        if row.tag == _PROPOSE
        and row.subject not in done
        and row.details.get("estate") == estate_id
        and now < row.at + PROPOSAL_LIFE
    ]


def _read(row: AuditEntry) -> Proposal:
    point = row.details.get("access_point")
    return Proposal(
        id=row.subject,
        mode=Mode(str(row.details["mode"])),
        access_point_id=None if point is None else str(point),
        reason=str(row.details["reason"]),
        proposed_by=row.actor.removeprefix("staff:"),
        expires_at=row.at + PROPOSAL_LIFE,
    )


def _must_be_security(staff: Staff) -> None:
    if StaffRole.SECURITY not in staff.roles:
        raise NotPermitted("staff.role", "this needs the security role")
