"""Credentials that belong to a person: an ordinary card or an enrolled face. Passes have a page of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from access.domain.errors import InvalidInput

_CARD = re.compile(r"[0-9A-F]{4,20}")


class CredentialKind(StrEnum):
    CARD = "card"
    FACE = "face"


class CredentialStatus(StrEnum):
    ACTIVE = "active"
    FROZEN = "frozen"
    """Reported lost: refused until found or replaced."""
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Credential:
    """A card (known by a keyed hash of its number) or a face (known by its reference rows).

    Attributes:
        token: for a card HMAC(estate card key, number)[:16] in hexadecimal; empty for a face.
        label: what the person calls it, such as the last four digits of a card.
    """

    id: str
    person_id: str
    estate_id: str
    kind: CredentialKind
    status: CredentialStatus
    token: str
    label: str
    valid_from: int
    valid_to: int
    created_at: int


def card_number(text: str) -> str:
    """Normalise a card number as printed or read: hexadecimal or decimal digits, 4 to 20, upper case.

    Raises:
        InvalidInput: ``card.number``.
    """
    number = text.strip().replace(" ", "").replace(":", "").replace("-", "").upper()
    if not _CARD.fullmatch(number):
        raise InvalidInput("card.number", "a card number is 4 to 20 hexadecimal digits", field="card")
    return number
