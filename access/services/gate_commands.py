"""What gates say became of their commands. A grant counts as opened only on ``done`` or a door contact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from access.domain.commands import Command, CommandState, Op
from access.domain.events import Opening
from access.domain.gates import Gate
from access.services.house import House
from access.services.messages import notify
from access.stores import Stores

_OPENINGS = {
    CommandState.DONE: Opening.OPENED,
    CommandState.DENIED: Opening.FAILED,
    CommandState.EXPIRED: Opening.FAILED,
    CommandState.FAILED: Opening.FAILED,
    CommandState.UNKNOWN: Opening.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A gate's word on one command.

    Attributes:
        at: by the gate's clock, instant.
    """

    command_id: str
    epoch: int
    seq: int
    state: CommandState
    at: int


def acknowledge(house: House, gate: Gate, acks: Iterable[Acknowledgement]) -> int:
    """Move commands forward; how many moved. Words on commands that are not this gate's change nothing."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        return sum(_take(house, stores, gate, ack, now) for ack in acks)


def mark_opening(house: House, stores: Stores, event_id: str, opening: Opening, at: int) -> None:
    """Note what became of a grant; an opening that was seen stays seen. A host who wished so is told once."""
    event = stores.events.get(event_id)
    if event is None or not event.granted or event.opening is Opening.OPENED:
        return
    stores.events.set_opening(event_id, opening, at)
    issued = stores.passes.get(event.pass_id) if event.pass_id is not None else None
    point = stores.places.access_point(event.access_point_id)
    if opening is Opening.OPENED and issued is not None and issued.tell_host and point is not None:
        names = {"access_point": point.name_zh, "access_point_en": point.name_en}
        notify(house, stores, issued.person_id, "visitor_entered", at, **names)


def _take(house: House, stores: Stores, gate: Gate, ack: Acknowledgement, now: int) -> bool:
    command = stores.gates.command(ack.command_id)
    if command is None or (command.gate_id, command.epoch, command.seq) != (gate.id, ack.epoch, ack.seq):
        return False
    at = min(max(ack.at, command.issued_at), now)
    if not stores.gates.set_command(command.id, ack.state, at):
        return False
    _note_opening(house, stores, command, ack.state, at)
    return True


def _note_opening(house: House, stores: Stores, command: Command, state: CommandState, at: int) -> None:
    event_id = command.args.get("event")
    opening = _OPENINGS.get(state)
    if command.op is Op.OPEN and isinstance(event_id, str) and opening is not None:
        mark_opening(house, stores, event_id, opening, at)
