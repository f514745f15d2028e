"""Keeping decrypted references out of core dumps and swap, where the system allows it, and giving memory back."""

from __future__ import annotations

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
GIVEN_BACK_BYTES = 1024 * 1024
"""An allocation of this size or more, such as a large picture, goes back to the system when it is freed."""
KEPT_BYTES = 16 * 1024 * 1024
"""Of smaller ones as much is kept for the next probe; giving all of it back would cost each probe time."""
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4


def no_core_dumps() -> bool:
    """Forbid core dumps and other processes' debuggers; true when the system agreed to both."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)


def lock_memory() -> bool:
    """Keep every page this process touches out of swap; false where its limit of locked memory is too low.

    The limit is asked first: a lock that fails half-way would make later allocations fail.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if not sys.platform.startswith("linux") or soft != resource.RLIM_INFINITY:
        return False
    flags = _MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT
    return bool(ctypes.CDLL(None, use_errno=True).mlockall(flags) == 0)


def give_back_memory() -> bool:
    """Have the pixels of large pictures go back to the system at once, and all threads share one heap; false where
    the C library cannot.

    Left alone, glibc keeps more of what was freed the larger the pictures were, in each thread: after hostile
    pictures the process stayed half as large again. To be called before the threads begin.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((_M_ARENA_MAX, 1), (_M_MMAP_THRESHOLD, GIVEN_BACK_BYTES), (_M_TRIM_THRESHOLD, KEPT_BYTES))
    return all(bool(mallopt(what, value)) for what, value in wanted)


def trim_memory() -> None:
    """Give back what is free now, such as after the networks were opened; nothing where the C library cannot."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
