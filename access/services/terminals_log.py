"""A terminal's own log comes in: each entry once, however often it is sent; what it cannot tell stays unknown.

Entries are numbered by a keyed digest of their line, for such terminals number nothing that survives a reset. Of a
line only door, time and codes are kept: a card number in it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from access.domain.events import AccessEvent, Opening
from access.domain.gates import Gate
from access.domain.places import Method
from access.domain.terminals import Terminal, TerminalCard
from access.domain.times import DAY, MINUTE, SECOND
from access.services.house import House
from access.services.terminals import timezone_of
from access.services.terminals_ask import gate_of
from access.stores import Stores

KIND = "terminal"
"""Kind of these entries among the gates' events."""
SAME_PASSAGE = MINUTE
"""An entry this near to one that was decided here is the same passage."""
_LOG_EPOCH = 1
_DIGEST_DIGITS = 15
_ID_DIGITS = 16
_MOST_NEAR = 500
"""More than pass one door within two minutes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a terminal's log.

    Attributes:
        line: as sent; the same line is the same entry.
        local: wall time of the terminal.
        pin: whom the terminal says it was; 0 for nobody.
        door: from 1.
        passed: whether the line says that the terminal let the holder in.
        codes: small numbers kept as they came, by name.
    """

    line: str
    local: datetime
    pin: int
    door: int
    passed: bool
    codes: dict[str, int]


def take_entries(house: House, terminal: Terminal, entries: Sequence[Entry], stamp: str | None = None) -> int:
    """Store what is new; how many entries were.

    Args:
        stamp: the terminal's mark of the newest of them, given back when it begins anew.
    """
    now = house.clock.now()
    oldest = now - house.policy.event_keep_days * DAY
    with house.db.transaction() as stores:
        gate, zone = gate_of(stores, terminal), ZoneInfo(timezone_of(stores, terminal))
        new = 0
        for entry in entries:
            at = instant_of(entry.local, zone, now)
            # older ones would be stored only to be removed, and stored again when sent again
            if at >= oldest and _store(house, stores, gate, entry, at):
                new += 1
                _passage(house, stores, terminal, gate, entry, at)
        if stamp is not None:
            stores.terminals.set_stamp(terminal.id, stamp)
    return new


def instant_of(local: datetime, zone: ZoneInfo, now: int) -> int:
    """The instant of a terminal's wall time, no later than now: a clock that is ahead is not believed."""
    return min(int(local.replace(tzinfo=zone).timestamp() * SECOND), now)


def _store(house: House, stores: Stores, gate: Gate, entry: Entry, at: int) -> bool:
    number = int(_digest(house, gate, entry)[:_DIGEST_DIGITS], 16)
    body: dict[str, object] = {"pin": entry.pin, "door": entry.door, "passed": entry.passed, **entry.codes}
    return stores.gates.log_event(gate.id, _LOG_EPOCH, number, KIND, at, body)


def _passage(house: House, stores: Stores, terminal: Terminal, gate: Gate, entry: Entry, at: int) -> None:
    """The entry record of somebody whom the terminal let in by a card it holds, unless it was decided here."""
    card = stores.terminals.card(terminal.id, entry.pin) if entry.passed and entry.pin else None
    if card is None or not 1 <= entry.door <= len(terminal.doors):
        return
    access_point_id = terminal.doors[entry.door - 1]
    if _was_decided_here(stores, gate, access_point_id, card, at):
        return
    event = AccessEvent(
        id=_digest(house, gate, entry)[:_ID_DIGITS],
        at=at,
        estate_id=gate.estate_id,
        access_point_id=access_point_id,
        gate_id=gate.id,
        method=Method.CARD,
        granted=True,
        reason=None,
        person_id=card.person_id,
        pass_id=None,
        credential_id=card.credential_id,
        opening=Opening.UNKNOWN,
    )
    stores.events.add(event)


def _was_decided_here(stores: Stores, gate: Gate, access_point_id: str, card: TerminalCard, at: int) -> bool:
    since, until = at - SAME_PASSAGE, at + SAME_PASSAGE + 1
    near = stores.events.search(gate.estate_id, since, until, access_point_id, True, 0, _MOST_NEAR)
    return any(event.gate_id == gate.id and event.credential_id == card.credential_id for event in near)


def _digest(house: House, gate: Gate, entry: Entry) -> str:
    return house.keys.blind("terminal-entry", f"{gate.id}\n{entry.line}")
