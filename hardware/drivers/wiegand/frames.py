"""Wiegand frames to card numbers and keys; every parity of a frame is checked.

The number is the data between the parity bits in hexadecimal, leading zeros kept: six digits for 26 bits (H10301:
facility code and card number; what is printed as ``123,45678`` is 7B followed by B26E), eight for 34 and for 35
bits (Corporate 1000: company code of 12 bits and card number of 20), nine for 37 bits (H10302, H10304: the same 35
bits of data, with or without a facility code). Layout of the parities: as published for Proxmark3's client.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from access.domain.errors import InvalidInput

_DIGIT_BITS = 4
_KEYS = "0123456789*#"
"""Keys by value; 10 is clear (ESC), 11 is enter."""
_BURST, _CHECKED_BURST = 4, 8
_EVEN, _ODD = 0, 1


@dataclass(frozen=True, slots=True)
class _Format:
    """Where a format keeps its data, and sums of bits (their places, and 0 for even or 1 for odd)."""

    data: slice
    sums: tuple[tuple[frozenset[int], int], ...]


def _both_ends(length: int, overlap: int = 0) -> _Format:
    """First bit even over the first half, last bit odd over the second; 37 bits share the middle one."""
    half = length // 2
    return _Format(
        slice(1, length - 1),
        ((frozenset(range(half + overlap)), _EVEN), (frozenset(range(half, length)), _ODD)),
    )


def _two_of_three(first: int) -> Iterable[int]:
    """Pairs of places with a gap of one, eleven of them."""
    return (place for start in range(first, first + 33, 3) for place in (start, start + 1))


_FORMATS = {
    26: _both_ends(26),
    34: _both_ends(34),
    35: _Format(
        slice(2, 34),
        (
            (frozenset({1, *_two_of_three(2)}), _EVEN),
            (frozenset({34, *_two_of_three(1)}), _ODD),
            (frozenset(range(35)), _ODD),
        ),
    ),
    37: _both_ends(37, overlap=1),
}
LENGTHS = tuple(_FORMATS)


def decode(bits: Sequence[int]) -> str:
    """Card number of a frame.

    Args:
        bits: 0 or 1 each, in the order they came.

    Raises:
        InvalidInput: ``wiegand.length`` or ``wiegand.parity``.
    """
    found = _FORMATS.get(len(bits))
    if found is None:
        raise InvalidInput("wiegand.length", f"a frame of {len(bits)} bits is none of {LENGTHS}")
    if any(sum(bits[place] for place in places) % 2 != odd for places, odd in found.sums):
        raise InvalidInput("wiegand.parity", "the frame was not read cleanly")
    data = bits[found.data]
    return f"{_whole(data):0{-(-len(data) // _DIGIT_BITS)}X}"


def key_of(bits: Sequence[int]) -> str | None:
    """The key of a keypad's burst: four bits, or eight of which the first four are the others turned over.

    Returns:
        A digit, ``*`` for clear, ``#`` for enter; None where the bits are no key.
    """
    if len(bits) == _CHECKED_BURST:
        if any(first == second for first, second in zip(bits[:_BURST], bits[_BURST:], strict=True)):
            return None
        bits = bits[_BURST:]
    if len(bits) != _BURST:
        return None
    value = _whole(bits)
    return _KEYS[value] if value < len(_KEYS) else None


def bits_of(data: bytes, length: int) -> list[int]:
    """The first `length` bits of packed bytes, most significant first; what OSDP readers send as raw Wiegand."""
    return [data[n // 8] >> (7 - n % 8) & 1 for n in range(min(length, len(data) * 8))]


def _whole(bits: Sequence[int]) -> int:
    return int("".join(str(bit) for bit in bits), 2)
