"""A person as the system knows one: sealed name and phone, and the accounts that lead to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class App(StrEnum):
    """Which WeChat application an openid belongs to; the two differ for one person."""

    OFFICIAL_ACCOUNT = "oa"
    MINI_PROGRAM = "mp"


class KeyKind(StrEnum):
    """A person's keys. Destroying one makes what it sealed unreadable, in backups too."""

    IDENTITY = "identity"
    """Name, phone, openid."""
    FACE = "face"
    """Face samples and references; one per estate."""


@dataclass(frozen=True, slots=True)
class Person:
    """Sealed fields are AES-256-GCM under the person's identity key.

    Attributes:
        birth_year_month: ``YYYY-MM`` where the person or guardian gave it (for the under-14 rule), else empty.
        language: ``zh`` or ``en``.
        closed_at: set when the account was closed and erased.
    """

    id: str
    name_sealed: bytes
    phone_sealed: bytes
    birth_year_month: str
    language: str
    created_at: int
    closed_at: int | None = None


@dataclass(frozen=True, slots=True)
class PhoneSession:
    """A signed-in phone; only the hash of its token is kept.

    Attributes:
        estate_id: the estate the person looks at now; None before one is chosen.
    """

    token_hash: str
    person_id: str
    app: App
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a chat stands.

    Attributes:
        account: blind index of the openid.
        state: name of the step; the bot knows its meaning.
        data: small JSON object of answers so far; sealed by the store's caller where personal.
        version: grows by one with each change; a late writer loses.
    """

    account: str
    state: str
    data: dict[str, str]
    version: int
    updated_at: int
