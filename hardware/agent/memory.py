"""Keeping the process small on a small box: glibc holds on to freed pages unless told otherwise."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
"""mallopt(3): most heaps; by default each thread gets one of its own and none is given back."""


def be_small() -> None:
    """One heap for all threads. Call before threads start; does nothing where the C library has no mallopt."""
    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    except AttributeError:
        return


def give_back() -> None:
    """Return freed pages to the system: a snapshot of 50,000 cards passes through memory once."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except AttributeError:
        return
