"""Vendors' terminals that poll by serial number (ZKTeco PUSH/ADMS): who they are, and which cards they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from access.domain.errors import InvalidInput
from access.domain.times import MINUTE, SECOND

_SERIAL = re.compile(r"[A-Za-z0-9_-]{4,40}")
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})")
_BIODATA_FROM = (2, 4)
_FIRST_RETRY = 30 * SECOND
_LAST_RETRY = 10 * MINUTE
_MOST_DOUBLINGS = 5


class Dialect(StrEnum):
    """How a terminal's firmware wants to be spoken to."""

    LEGACY = "legacy"
    """Names no push version."""
    PUSH2 = "push2"
    """2.0 to 2.3."""
    BIODATA = "biodata"
    """From 2.4 on."""


class CardState(StrEnum):
    """Where a card stands between here and a terminal."""

    PUT = "put"
    """To be sent, or sent and not acknowledged yet."""
    HELD = "held"
    DROP = "drop"
    """To be deleted, or the deletion is not acknowledged yet."""


class Basis(StrEnum):
    """What the receipt for a terminal's part of an erasure rests on: it cannot sign for itself."""

    ACKNOWLEDGED = "terminal_acknowledged_deletion"
    NOTHING_HELD = "nothing_outstanding_at_terminal"
    NO_FACES = "terminal_is_never_sent_faces"


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is known of a terminal besides its row as a gate.

    Attributes:
        id: the gate's id.
        serial: all that the terminal names itself by.
        doors: access point ids; the first is the terminal's door 1.
        holds_cards: cards that were tapped and granted are kept in the terminal, for when the network is down.
        secret_hash: SHA-256 of the secret in its server path, hexadecimal; empty for none.
        source: network it must call from (CIDR); empty for any.
        stamp: its own mark of the newest log entry that was taken; empty before the first.
    """

    id: str
    serial: str
    doors: tuple[str, ...]
    holds_cards: bool
    secret_hash: str
    source: str
    dialect: Dialect = Dialect.LEGACY
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class TerminalCard:
    """A card that a terminal holds, is to hold, or is to forget.

    Attributes:
        pin: the terminal's number for the holder; never given again.
        number_sealed: as the terminal read it, under the person's identity key; empty once it was acknowledged.
        valid_to: instant after which it is deleted there.
        due_at: when it is sent (again).
        attempts: how often it was sent in this state.
    """

    terminal_id: str
    pin: int
    person_id: str
    credential_id: str
    number_sealed: bytes
    valid_to: int
    state: CardState
    due_at: int
    attempts: int = 0


def dialect_of(push_version: str) -> Dialect:
    """The dialect of a push version such as ``2.4.1``; what is not understood is spoken to as the oldest."""
    found = _VERSION.match(push_version)
    if found is None:
        return Dialect.LEGACY
    version = (int(found[1]), int(found[2]))
    return Dialect.BIODATA if version >= _BIODATA_FROM else Dialect.PUSH2


def serial_number(text: str) -> str:
    """A serial number as printed on the terminal. Raises InvalidInput(``terminal.serial``)."""
    serial = text.strip()
    if not _SERIAL.fullmatch(serial):
        raise InvalidInput("terminal.serial", "a serial number is 4 to 40 letters, digits, - or _", field="serial")
    return serial


def retry_after(attempts: int) -> int:
    """How long to wait for an acknowledgement, milliseconds: 30 s doubling up to 10 minutes."""
    return min(_FIRST_RETRY << min(attempts, _MOST_DOUBLINGS), _LAST_RETRY)
