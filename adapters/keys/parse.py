"""Master keys as an operator writes them down."""

from __future__ import annotations

import binascii
from base64 import b64decode

from access.domain.errors import InvalidInput
from adapters.keys.master import KEY_BYTES, FileMaster, Master
from adapters.keys.pkcs11_master import Token, TokenMaster

_IN_TOKEN = "pkcs11:"  # noqa: S105 - a prefix


def parse_masters(text: str, token: Token | None = None) -> dict[int, Master]:
    """Master keys by id: one key in hexadecimal or base64, or ``id:key`` a line (or between commas).

    A key inside a token is written ``pkcs11:label``, with or without an id before it.

    Raises:
        InvalidInput: ``keys.master``; the message never holds the text.
    """
    entries = [entry.strip() for entry in text.replace(",", "\n").splitlines() if entry.strip()]
    masters: dict[int, Master] = {}
    for entry in entries:
        number, colon, key = entry.partition(":")
        if entry.startswith(_IN_TOKEN) or not colon:
            number, key = "", entry
        if not number and len(entries) > 1:
            raise InvalidInput("keys.master", "several master keys are written as id:key")
        if number and not (number.isascii() and number.isdecimal()):
            raise InvalidInput("keys.master", "the id of a master key is a number")
        masters[int(number) if number else 1] = _master(key, token)
    if not masters or len(masters) != len(entries):
        raise InvalidInput("keys.master", "no master key, or two with the same id")
    return masters


def _master(text: str, token: Token | None) -> Master:
    if not text.startswith(_IN_TOKEN):
        return FileMaster(_key(text))
    label = text.removeprefix(_IN_TOKEN)
    if not label or token is None:
        raise InvalidInput("keys.master", "a key in a token needs its label, the module, the token and the PIN")
    return TokenMaster(token, label)


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("keys.master", "a master key is 64 hexadecimal digits or base64") from error
    return key
