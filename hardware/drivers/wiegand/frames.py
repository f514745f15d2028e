"""Wiegand frames to card numbers: 26 bits (H10301) and 34 bits, both parities checked.

The number is the data between the parity bits in hexadecimal, leading zeros kept: six digits for 26 bits (facility
code and card number), eight for 34. What is printed on such a card as ``123,45678`` is 7B followed by B26E.
"""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.errors import InvalidInput

LENGTHS = (26, 34)
_DIGIT_BITS = 4


def decode(bits: Sequence[int]) -> str:
    """Card number of a frame.

    Args:
        bits: 0 or 1 each, in the order they came.

    Raises:
        InvalidInput: ``wiegand.length`` or ``wiegand.parity``.
    """
    if len(bits) not in LENGTHS:
        raise InvalidInput("wiegand.length", f"a frame of {len(bits)} bits is neither 26 nor 34")
    half = len(bits) // 2
    if sum(bits[:half]) % 2 != 0 or sum(bits[half:]) % 2 != 1:
        raise InvalidInput("wiegand.parity", "the frame was not read cleanly")
    data = int("".join(str(bit) for bit in bits[1:-1]), 2)
    return f"{data:0{(len(bits) - 2) // _DIGIT_BITS}X}"


def bits_of(data: bytes, length: int) -> list[int]:
    """The first `length` bits of packed bytes, most significant first; what OSDP readers send as raw Wiegand."""
    return [data[n // 8] >> (7 - n % 8) & 1 for n in range(min(length, len(data) * 8))]
