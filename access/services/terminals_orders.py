"""What a terminal fetches when it polls, and what it says became of it.

An open leaves the queue in the transaction that hands it out, and never after its expiry: whatever happens to the
answer, it is not sent again. Putting and deleting cards repeats until the terminal acknowledges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from access.domain.commands import Command, CommandState, Op
from access.domain.errors import NotFound
from access.domain.gates import Gate
from access.domain.terminals import CardState, Terminal, TerminalCard, retry_after
from access.domain.times import SECOND
from access.services.gate_commands import Acknowledgement, acknowledge
from access.services.house import House
from access.services.personal_data import read_card_number
from access.services.terminals_ask import gate_of
from access.services.terminals_cards import forget, review
from access.services.terminals_erasure import erase
from access.stores import Stores

AT_ONCE = 20
"""Orders of one kind in one answer."""
PRESENCE = 10 * SECOND
"""How often a sign of life is written down."""
ANSWER_LIFE = 30 * SECOND
"""How long after its expiry an open may still be acknowledged before it counts as unknown."""
_KINDS = 4
_SETTLED_AS = {Op.SYNC: CommandState.DONE, Op.DENY: CommandState.DONE}
"""Lists are reviewed at every poll, a denial was the answer itself; standing open or locked down is refused."""


class Kind(IntEnum):
    """What an order does; part of its number, so that a late answer is never taken for another."""

    OPEN = 0
    PUT = 1
    DROP = 2


@dataclass(frozen=True, slots=True)
class Order:
    """One line for the terminal.

    Attributes:
        number: names it in the answer: four times the command's seq or the card's pin, and the kind.
        door: of an open, from 1.
        relay_ms: of an open.
        pin: of a card.
        card: number to put, as the terminal read it.
    """

    number: int
    kind: Kind
    door: int = 0
    relay_ms: int = 0
    pin: int = 0
    card: str = ""


def fetch(house: House, terminal: Terminal) -> list[Order]:
    """What the terminal is to do now, opens first."""
    now = house.clock.now()
    with house.db.reading() as stores:
        gate = gate_of(stores, terminal)
        late = list(stores.terminals.unanswered(gate.id, now - ANSWER_LIFE))
        idle = not late and not _has_work(stores, gate, now)
    if idle:
        return []
    acknowledge(house, gate, [_word(command, CommandState.UNKNOWN, now) for command in late])
    with house.db.transaction() as stores:
        gate = gate_of(stores, terminal)
        stores.gates.seen(gate.id, now, streaming=True)
        review(house, stores, gate, now)
        opens = list(_opens(house, stores, gate, terminal, now))
        return [*opens, *_cards(house, stores, terminal, now)]


def take_results(house: House, terminal: Terminal, results: Iterable[tuple[int, int]]) -> int:
    """Note what became of orders; how many were known.

    Args:
        results: number and return code; 0 and above is success.
    """
    now = house.clock.now()
    words: list[Acknowledgement] = []
    known = 0
    with house.db.transaction() as stores:
        gate = gate_of(stores, terminal)
        for number, code in results:
            ref, kind = divmod(number, _KINDS)
            if kind == Kind.OPEN:
                command = stores.terminals.command_at(gate.id, gate.epoch, ref)
                if command is not None and command.op is Op.OPEN:
                    words.append(_word(command, CommandState.DONE if code >= 0 else CommandState.FAILED, now))
            else:
                known += _settle_card(stores, terminal, ref, kind, code)
        for command in stores.gates.open_commands(gate.id, now):
            if command.op is Op.ERASE:
                erase(house, stores, gate, command, now)
    return known + acknowledge(house, gate, words)


def _has_work(stores: Stores, gate: Gate, now: int) -> bool:
    return bool(
        not gate.streaming
        or now - gate.seen_at >= PRESENCE
        or stores.gates.open_commands(gate.id, now)
        or stores.places.policy_version(gate.estate_id) != gate.policy_version
        or stores.terminals.due_cards(gate.id, now, 1)
        or stores.terminals.lapsed_cards(gate.id, now)
    )


def _opens(house: House, stores: Stores, gate: Gate, terminal: Terminal, now: int) -> Iterator[Order]:
    """Hand out each open once; settle what such a terminal cannot or need not do."""
    handed = 0
    for command in stores.gates.open_commands(gate.id, now):
        if command.op is Op.OPEN:
            if handed < AT_ONCE and stores.gates.set_command(command.id, CommandState.RECEIVED, now):
                handed += 1
                yield _open(command, terminal)
        elif command.op is Op.ERASE:
            erase(house, stores, gate, command, now)
        else:
            stores.gates.set_command(command.id, _SETTLED_AS.get(command.op, CommandState.DENIED), now)


def _open(command: Command, terminal: Terminal) -> Order:
    door = terminal.doors.index(str(command.access_point_id)) + 1
    relay_ms = int(str(command.args["relay_ms"]))
    return Order(command.seq * _KINDS + Kind.OPEN, Kind.OPEN, door=door, relay_ms=relay_ms)


def _cards(house: House, stores: Stores, terminal: Terminal, now: int) -> Iterator[Order]:
    for card in stores.terminals.due_cards(terminal.id, now, AT_ONCE):
        try:
            order = _card(house, stores, card)
        except NotFound:  # the person was erased before the terminal acknowledged the card
            forget(stores, card, now)
            continue
        due_at = now + retry_after(card.attempts)
        stores.terminals.save_card(replace(card, due_at=due_at, attempts=card.attempts + 1))
        yield order


def _card(house: House, stores: Stores, card: TerminalCard) -> Order:
    """Raises NotFound when the person's key is gone."""
    if card.state is CardState.DROP:
        return Order(card.pin * _KINDS + Kind.DROP, Kind.DROP, pin=card.pin)
    number = read_card_number(stores, house.keyring, card.person_id, card.number_sealed)
    return Order(card.pin * _KINDS + Kind.PUT, Kind.PUT, pin=card.pin, card=number)


def _settle_card(stores: Stores, terminal: Terminal, pin: int, kind: int, code: int) -> int:
    card = stores.terminals.card(terminal.id, pin)
    if card is None or code < 0:
        return 0
    if kind == Kind.PUT and card.state is CardState.PUT:
        stores.terminals.save_card(replace(card, state=CardState.HELD, number_sealed=b"", attempts=0))
        return 1
    if kind == Kind.DROP and card.state is CardState.DROP:
        stores.terminals.delete_card(terminal.id, pin)
        return 1
    return 0


def _word(command: Command, state: CommandState, now: int) -> Acknowledgement:
    return Acknowledgement(command.id, command.epoch, command.seq, state, now)
