"""Vendors' terminals as staff see them: whether they poll, what they hold, what they have yet to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from access.domain.errors import NotFound
from access.domain.gates import Gate
from access.domain.places import AccessPoint
from access.domain.staff import Staff
from access.domain.terminals import CardState, Terminal
from access.services.house import House
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class TerminalRow:
    """One terminal.

    Attributes:
        points: in the order of its doors.
        held: cards that it acknowledged.
        to_put, to_drop: cards that it has yet to take, or to delete.
        commands: openings and erasures that wait for it.
    """

    gate: Gate
    terminal: Terminal
    points: tuple[AccessPoint, ...]
    online: bool
    held: int
    to_put: int
    to_drop: int
    commands: int


def listing(house: House, staff: Staff) -> tuple[TerminalRow, ...]:
    """Terminals of the staff member's estate by name; those cut off that may still hold cards come last."""
    now = house.clock.now()
    with house.db.reading() as stores:
        points = {point.id: point for point in stores.places.access_points(staff.estate_id)}
        gates = sorted(
            stores.gates.gates(staff.estate_id), key=lambda gate: (gate.revoked_at is not None, gate.name)
        )
        found = [(gate, stores.terminals.get(gate.id)) for gate in gates]
        return tuple(_row(stores, gate, terminal, points, now) for gate, terminal in found if terminal is not None)


def of_estate(house: House, staff: Staff, terminal_id: str) -> Gate:
    """A terminal's row among the gates. Raises NotFound ``gate.unknown``, also for another estate's."""
    with house.db.reading() as stores:
        gate, terminal = stores.gates.gate(terminal_id), stores.terminals.get(terminal_id)
    if gate is None or terminal is None or gate.estate_id != staff.estate_id:
        raise NotFound("gate.unknown", "no such terminal in this estate")
    return gate


def _row(stores: Stores, gate: Gate, terminal: Terminal, points: dict[str, AccessPoint], now: int) -> TerminalRow:
    cards = Counter(card.state for card in stores.terminals.cards(terminal.id))
    return TerminalRow(
        gate,
        terminal,
        tuple(points[door] for door in terminal.doors if door in points),
        gate.revoked_at is None and gate.is_online(now),
        cards[CardState.HELD],
        cards[CardState.PUT],
        cards[CardState.DROP],
        len(stores.gates.open_commands(gate.id, now)) if gate.revoked_at is None else 0,
    )
