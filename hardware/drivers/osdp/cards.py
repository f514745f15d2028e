"""Card and key events of an OSDP reader (IEC 60839-11-5) to what the agent takes."""

from __future__ import annotations

from access.domain.credentials import card_number
from access.domain.errors import InvalidInput
from hardware.drivers.wiegand.frames import LENGTHS, bits_of, decode

RAW, WIEGAND, ASCII = 0, 1, 2
"""Values of osdp_FMT as libosdp names them: raw unspecified, raw Wiegand, ASCII."""
CLEAR = 0x7F
_MOST_KEYS = 12


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


class Keypad:
    """Digits typed before a card; cleared by the clear key."""

    def __init__(self) -> None:
        self._typed = ""

    def press(self, data: bytes) -> None:
        for key in data:
            if key == CLEAR:
                self._typed = ""
            elif chr(key).isdigit() and len(self._typed) < _MOST_KEYS:
                self._typed += chr(key)

    def take(self) -> str:
        """What was typed, once."""
        typed, self._typed = self._typed, ""
        return typed
