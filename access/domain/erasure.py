"""Erasure: one request, one receipt from each holder of the data, complete only with all of them (law L12)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.times import DAY, HOUR


class Scope(StrEnum):
    FACE = "face"
    """References, samples, the person's face key."""
    PERSON = "person"
    """Everything held of the person that no law asks to keep."""


class Cause(StrEnum):
    WITHDRAWN = "withdrawn"
    MOVED_OUT = "moved_out"
    TENANCY_ENDED = "tenancy_ended"
    CONSENT_EXPIRED = "consent_expired"
    ACCOUNT_CLOSED = "account_closed"
    ORPHAN = "orphan"
    RENEWED = "renewed"
    """The reference was made by a model or transform that is no longer in use."""


class HolderKind(StrEnum):
    DATABASE = "database"
    FACE_PROCESS = "face_process"
    GATE = "gate"
    KEY_LIST = "key_list"
    """The person's key: once destroyed, backups cannot be read."""


OVERDUE_AFTER = {
    HolderKind.DATABASE: HOUR,
    HolderKind.FACE_PROCESS: HOUR,
    HolderKind.KEY_LIST: HOUR,
    HolderKind.GATE: DAY,
}
"""How long a holder may take before it is listed and alarmed, milliseconds."""


@dataclass(frozen=True, slots=True)
class Erasure:
    id: str
    person_id: str
    estate_id: str
    scope: Scope
    cause: Cause
    requested_at: int
    completed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """One holder's part of an erasure.

    Attributes:
        holder: ``database``, ``face_process``, ``key_list`` or a gate id.
        receipt: the holder's signed statement (canonical JSON), None while outstanding.
    """

    id: str
    erasure_id: str
    kind: HolderKind
    holder: str
    requested_at: int
    receipt: str | None = None
    receipted_at: int | None = None

    def is_overdue(self, at: int) -> bool:
        return self.receipt is None and at - self.requested_at > OVERDUE_AFTER[self.kind]


def is_complete(holdings: list[Holding]) -> bool:
    """Complete only when every holder has sent its receipt; an erasure without holders is not complete."""
    return bool(holdings) and all(holding.receipt is not None for holding in holdings)
