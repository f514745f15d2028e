"""Card and key events of an OSDP reader (IEC 60839-11-5) to what the agent takes."""

from __future__ import annotations

from access.domain.credentials import card_number
from access.domain.errors import InvalidInput
from hardware.drivers.wiegand.frames import LENGTHS, bits_of, decode

RAW, WIEGAND, ASCII = 0, 1, 2
"""Values of osdp_FMT as libosdp names them: raw unspecified, raw Wiegand, ASCII."""
_CLEAR, _ENTER = 0x7F, 0x0D


def number_of(kind: int, length: int, data: bytes) -> str:
    """Card number of a read event.

    Args:
        kind: `RAW`, `WIEGAND` or `ASCII`.
        length: bits for the raw kinds, characters for ASCII.

    Raises:
        InvalidInput: the parity is wrong, or this is no card number.
    """
    if kind == ASCII:
        try:
            return card_number(data[:length].decode("ascii"))
        except UnicodeDecodeError as exc:
            raise InvalidInput("osdp.card", "not ASCII") from exc
    if kind == WIEGAND or length in LENGTHS:
        return decode(bits_of(data, length))
    return card_number(data[: (length + 7) // 8].hex())


def keys_of(data: bytes) -> str:
    """Keys of a keypad event: digits, ``*`` for clear (7F), ``#`` for enter (0D); others are left out."""
    return "".join({_CLEAR: "*", _ENTER: "#"}.get(key, chr(key)) for key in data if _is_key(key))


def _is_key(key: int) -> bool:
    return key in (_CLEAR, _ENTER) or (chr(key).isascii() and chr(key) in "0123456789*#")
