"""Property staff and their roles. Roles are separated: operations, security, audit, platform (law L16)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StaffRole(StrEnum):
    OPERATIONS = "operations"
    """Residents, cards, visitors."""
    SECURITY = "security"
    """Gates, events, incidents."""
    AUDIT = "audit"
    """Audit chain, disclosure, rights requests."""
    PLATFORM = "platform"
    """Runs the system; sees no personal data."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A staff account of one estate.

    Attributes:
        password_hash: Argon2id (RFC 9106), encoded form.
        totp_secret: sealed TOTP secret (RFC 6238).
        totp_step: last accepted time step; a code works once.
    """

    id: str
    estate_id: str
    name: str
    display_name: str
    roles: frozenset[StaffRole]
    password_hash: str
    totp_secret: bytes
    totp_step: int
    failures: int
    locked_until: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in browser; only the hash of its token is kept."""

    token_hash: str
    staff_id: str
    created_at: int
    seen_at: int
    expires_at: int
