"""A terminal asks whether to open: the same rules as at any gate, and at most one opening for each asking."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.commands import CommandState, Op
from access.domain.errors import NotPermitted
from access.domain.events import AccessEvent
from access.domain.gates import Gate
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.terminals import Terminal
from access.services.admit import Presentation, present
from access.services.house import House
from access.services.terminals_cards import learn
from access.stores import Stores

PASSES = ("G1:", "G2:")
"""How a QR pass begins: what a terminal's scanner read, in the field of the card."""
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """What a terminal sent.

    Attributes:
        shown: card number or QR text as read.
        door: of the terminal, from 1.
        record: the whole line; the same line is the same asking.
    """

    shown: str
    door: int
    record: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer.

    Attributes:
        opens: whether this answer is the one that opens.
        relay_ms: how long, milliseconds.
        reason: why not; None where the asking was granted, here or before.
    """

    opens: bool
    relay_ms: int
    reason: Reason | None


def ask(house: House, terminal: Terminal, asked: Asked) -> Verdict:
    """Decide by the rules of `access.services.admit`; whoever takes the open command fires it, the poll or this.

    Raises:
        NotPermitted: ``gate.access_point`` when the terminal has no such door.
    """
    gate, point_id = _gate(house, terminal), _point(terminal, asked.door)
    method = Method.QR if asked.shown.startswith(PASSES) else Method.CARD
    event_id = house.keys.blind("terminal-asking", f"{terminal.id}\n{asked.record}")[:_ID_DIGITS]
    shown = Presentation(event_id, point_id, method, house.clock.now(), asked.shown)
    event = present(house, gate, shown)
    relay_ms = _take(house, gate, event)
    if relay_ms and method is Method.CARD and terminal.holds_cards and event.credential_id is not None:
        learn(house, terminal, event.credential_id, asked.shown)
    return Verdict(relay_ms > 0, relay_ms, event.reason)


def _take(house: House, gate: Gate, event: AccessEvent) -> int:
    """Take the event's command out of the queue; relay time of an open that this call has won, else 0."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        for command in stores.gates.open_commands(gate.id, now):
            if command.args.get("event") != event.id:
                continue
            if command.op is Op.DENY:
                stores.gates.set_command(command.id, CommandState.DONE, now)
            elif command.op is Op.OPEN and stores.gates.set_command(command.id, CommandState.RECEIVED, now):
                return int(str(command.args["relay_ms"]))
    return 0


def _gate(house: House, terminal: Terminal) -> Gate:
    with house.db.reading() as stores:
        return gate_of(stores, terminal)


def gate_of(stores: Stores, terminal: Terminal) -> Gate:
    """The terminal's row among the gates. Raises NotPermitted(``terminal.auth``) where it is gone."""
    gate = stores.gates.gate(terminal.id)
    if gate is None or gate.revoked_at is not None:
        raise NotPermitted("terminal.auth", "no such terminal here")
    return gate


def _point(terminal: Terminal, door: int) -> str:
    if not 1 <= door <= len(terminal.doors):
        raise NotPermitted("gate.access_point", "the terminal has no such door")
    return terminal.doors[door - 1]
