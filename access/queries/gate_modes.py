"""Unlock all, lockdown, back to normal as staff see them: what waits for a second person, what gates obeyed."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.commands import Command, CommandState, Op
from access.domain.places import AccessPoint
from access.domain.staff import Staff
from access.services.gate_modes import Mode, Proposal, open_proposals
from access.services.house import House
from access.stores import Stores

_OPS = tuple(Op(mode.value) for mode in Mode)
_NEWEST = 20


@dataclass(frozen=True, slots=True)
class WaitingMode:
    """A proposal that waits.

    Attributes:
        point: None for every door.
        own: the reader's own, so somebody else has to confirm.
    """

    proposal: Proposal
    point: AccessPoint | None
    proposed_by: str
    own: bool


@dataclass(frozen=True, slots=True)
class SentMode:
    """One order to one gate, and what the gate said of it."""

    at: int
    mode: Mode
    gate_name: str
    point: AccessPoint | None
    confirmed_by: str
    state: CommandState


@dataclass(frozen=True, slots=True)
class Overview:
    """`points` are the doors that a mode can be proposed for."""

    waiting: tuple[WaitingMode, ...]
    sent: tuple[SentMode, ...]
    points: tuple[AccessPoint, ...]


def overview(house: House, staff: Staff) -> Overview:
    """Proposals and the newest orders of the staff member's estate."""
    proposals, now = open_proposals(house, staff), house.clock.now()
    with house.db.reading() as stores:
        points = sorted(stores.places.access_points(staff.estate_id), key=lambda point: point.number)
        by_id = {point.id: point for point in points}
        waiting = tuple(_waiting(stores, proposal, by_id, staff) for proposal in proposals)
        commands = stores.gates.newest_commands(staff.estate_id, _OPS, _NEWEST)
        names = {gate.id: gate.name for gate in stores.gates.gates(staff.estate_id)}
        sent = tuple(_sent(stores, command, names, by_id, now) for command in commands)
    return Overview(waiting, sent, tuple(points))


def _waiting(stores: Stores, proposal: Proposal, points: dict[str, AccessPoint], staff: Staff) -> WaitingMode:
    point = points.get(proposal.access_point_id or "")
    return WaitingMode(proposal, point, _name(stores, proposal.proposed_by), proposal.proposed_by == staff.id)


def _sent(
    stores: Stores, command: Command, names: dict[str, str], points: dict[str, AccessPoint], now: int
) -> SentMode:
    """An order that ran out unanswered is expired, whether or not anybody said so."""
    lapsed = command.state is CommandState.ISSUED and now >= command.expires_at
    return SentMode(
        at=command.issued_at,
        mode=Mode(command.op.value),
        gate_name=names.get(command.gate_id, ""),
        point=points.get(command.access_point_id or ""),
        confirmed_by=_name(stores, command.actor.removeprefix("staff:")),
        state=CommandState.EXPIRED if lapsed else command.state,
    )


def _name(stores: Stores, staff_id: str) -> str:
    found = stores.staff.get(staff_id)
    return "" if found is None else found.display_name
