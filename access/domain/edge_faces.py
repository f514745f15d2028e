"""A face that stays in the gate: the resident agreed to its use, not to its being kept or matched off the gate.

The reference itself is known to that one gate alone. What the service knows is only that one stands there: of
whom, since when, of which model, and until when it may (law L6).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from access.domain.times import MINUTE

TICKET_LIFE = 15 * MINUTE
"""Long enough to walk from the phone or the desk to the gate."""
SAMPLES_NEEDED = 2
"""Distinct samples of one enrolment; a single one may be a chance picture of somebody else."""
_PREFIX = "KF1:"
_SECRET_BYTES = 16
_TICKET = re.compile(r"KF1:[0-9A-F]{32}")


class EdgeState(StrEnum):
    TICKET = "ticket"
    """A one-time ticket was given; no gate has seen it."""
    OFFERED = "offered"
    """The ticket was shown at a gate, which may now enrol."""
    ACTIVE = "active"
    """The gate says that it holds a reference."""
    ENDED = "ended"
    """It opens nothing any more; the gate still has to say that it erased."""


@dataclass(frozen=True, slots=True)
class EdgeFace:
    """One person's face at one gate, from the ticket to its end.

    Attributes:
        id: opaque; the only name under which the gate keeps its reference.
        gate_id: None until the ticket was shown.
        ticket_hash: SHA-256 (hexadecimal) of the ticket.
        ticket_until: instant from which the ticket, shown or not, is worth nothing.
        asked_by: ``person:<id>`` or ``staff:<id>``, who asked for the ticket.
        model: name and revision; empty before the enrolment.
        enrolled_at: instant by the gate's trusted time; None before.
        expires_at: instant at which the consent lapses, and with it the reference.
    """

    id: str
    person_id: str
    estate_id: str
    state: EdgeState
    gate_id: str | None
    ticket_hash: str
    ticket_until: int
    asked_by: str
    created_at: int
    model: str
    enrolled_at: int | None
    expires_at: int

    def opens(self, at: int) -> bool:
        return self.state is EdgeState.ACTIVE and at < self.expires_at


@dataclass(frozen=True, slots=True)
class EdgeGate:
    """What a gate says of the option.

    Attributes:
        available: it can enrol and match by itself.
        why: words for staff where it cannot.
        model: that it encodes with; empty where it cannot.
    """

    gate_id: str
    available: bool
    why: str
    model: str
    reported_at: int


def new_ticket() -> str:
    """The text of a ticket's QR code: 128 random bits."""
    return _PREFIX + secrets.token_hex(_SECRET_BYTES).upper()


def is_ticket(text: str) -> bool:
    """Whether a code that was held up is such a ticket; says nothing about its worth."""
    return _TICKET.fullmatch(text) is not None


def ticket_hash(text: str) -> str:
    """What is kept of a ticket: SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
