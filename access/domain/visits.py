"""Issued passes as kept: what was signed, who stands behind it, how often it was used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.times import DAY, HOUR, MINUTE

MAX_VISIT = 7 * DAY
MAX_LEAD = 30 * DAY
MAX_ENTRIES = 20
MAX_OPEN_INVITATIONS = 20
RESIDENT_PASS_MINUTES = 24 * 60
REMOTE_OPEN_NEAR = 2 * MINUTE
"""A remote open is asked for by someone near in time: the request must be this fresh, milliseconds."""
VISITOR_KEEP = 30 * DAY
DEFAULT_VISIT = 4 * HOUR


class PassKind(StrEnum):
    RESIDENT = "resident"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class IssuedPass:
    """A pass in the books.

    Attributes:
        person_id: the resident whose pass it is, or who invited the visitor.
        access_point_set: number of the interned set.
        uses_allowed: 0 for any number.
        name_sealed: the visitor's name under the host's identity key; empty when none was given.
        link_hash: SHA-256 (hexadecimal) of the secret in the visitor's link; empty for residents.
        tell_host: the host wants to hear when the visitor enters.
    """

    id: str
    kind: PassKind
    estate_id: str
    person_id: str
    key_id: int
    access_point_set: int
    valid_from: int
    valid_to: int
    uses_allowed: int
    uses_taken: int
    name_sealed: bytes
    link_hash: str
    created_at: int
    revoked_at: int | None = None
    tell_host: bool = False
