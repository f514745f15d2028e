"""Credentials that belong to a person: an ordinary card or an enrolled face. Passes have a page of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from access.domain.errors import InvalidInput

_CARD = re.compile(r"[0-9A-F]{4,20}")
_DECIMAL = re.compile(r"[0-9]{1,10}", re.ASCII)
_PRINTED = re.compile(r"([0-9]{1,3}),([0-9]{1,5})", re.ASCII)
_MOST_FACILITY, _MOST_NUMBER = 255, 65_535


class Notation(StrEnum):
    """How a desk reader or a print writes a card's number; gates read hexadecimal (`hardware.drivers.wiegand`)."""

    HEX = "hex"
    DECIMAL_34 = "decimal_34"
    """A decimal number of 32 bits, as desk readers for 34-bit cards type it: ten digits."""
    DECIMAL_26 = "decimal_26"
    """The same of 24 bits, for 26-bit cards."""
    PRINTED_26 = "printed_26"
    """Facility code and card number of a 26-bit card as printed on it: ``123,45678``."""


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


class LiveCard(NamedTuple):
    """What a gate needs of an active card: one of tens of thousands that are read at once, so no whole object."""

    token: str
    id: str
    person_id: str
    valid_from: int
    valid_to: int


def in_hexadecimal(text: str, notation: Notation) -> str:
    """A number in some notation as the gates' readers give it; what is not decimal is left for `card_number`.

    Raises:
        InvalidInput: ``card.notation`` when it is not a number of that notation.
    """
    given = text.strip().replace(" ", "")
    if notation is Notation.HEX:
        return given
    if notation is Notation.PRINTED_26:
        found = _PRINTED.fullmatch(given.replace("，", ","))
        if found is None or int(found[1]) > _MOST_FACILITY or int(found[2]) > _MOST_NUMBER:
            raise InvalidInput("card.notation", "a number such as 123,45678", field="card")
        return f"{int(found[1]):02X}{int(found[2]):04X}"
    digits = 8 if notation is Notation.DECIMAL_34 else 6
    if not _DECIMAL.fullmatch(given) or int(given) >= 16**digits:
        raise InvalidInput("card.notation", "a decimal number of that many bits", field="card")
    return f"{int(given):0{digits}X}"


def card_number(text: str) -> str:
    """Normalise a card number as printed or read: hexadecimal or decimal digits, 4 to 20, upper case.

    Raises:
        InvalidInput: ``card.number``.
    """
    number = text.strip().replace(" ", "").replace(":", "").replace("-", "").upper()
    if not _CARD.fullmatch(number):
        raise InvalidInput("card.number", "a card number is 4 to 20 hexadecimal digits", field="card")
    return number
