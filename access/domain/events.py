"""Access events: what was presented where, how it was decided, and whether the door then opened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.places import Method
from access.domain.reasons import Reason


class Opening(StrEnum):
    """What became of a grant. People are told "opened" only on OPENED (relay done or door contact)."""

    NONE = "none"
    """Denied: nothing to open."""
    PENDING = "pending"
    OPENED = "opened"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """One presentation and its decision.

    Attributes:
        id: also the presentation's id, given by the gate: a repeated presentation is the same event.
        at: instant of the decision.
        reason: None for a grant.
        person_id: the holder; None where the presentation named nobody (nothing else is kept then).
        passed_back: the holder was let in, or out, a second time in a row (soft anti-passback).
    """

    id: str
    at: int
    estate_id: str
    access_point_id: str
    gate_id: str
    method: Method
    granted: bool
    reason: Reason | None
    person_id: str | None
    pass_id: str | None
    credential_id: str | None
    opening: Opening
    opened_at: int | None = None
    passed_back: bool = False
