"""Room on the disk: telling want of it from damage, and a little put by for the day when there is none.

A start needs a few dozen kilobytes (SQLite's shared index of a WAL). Without them a gate whose disk filled up would
not come back after a power cut, and its exit button would be dead.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

SPARE = "spare"
SPARE_BYTES = 4 * 1024 * 1024
_LEAST_BYTES = 1024 * 1024
_PLENTY = 16
"""So many times the spare must be free before one is put by."""
_NOT_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
    }
)
_CANNOT_BE_READ = frozenset(
    {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
)
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY = 0xFF
"""The low byte of an extended result code is the plain one."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file itself is broken, not that it cannot be written or opened just now."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return True  # raised by ourselves on a failed check
    return code in _CANNOT_BE_READ or code & _PRIMARY not in _NOT_DAMAGE


def is_broken(error: sqlite3.Error) -> bool:
    """Whether an error in the midst of work says that the file has broken and has to be rebuilt."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code in _CANNOT_BE_READ or code & _PRIMARY in _BROKEN


def free_bytes(data: Path) -> int:
    """What this user may still write in the folder's file system."""
    found = os.statvfs(data)
    return found.f_bavail * found.f_frsize


def make_way(data: Path, free: Callable[[Path], int] = free_bytes) -> None:
    """Before the files are opened: give the spare back where a start would fail for want of room."""
    spare = data / SPARE
    if spare.exists() and free(data) < _LEAST_BYTES:
        spare.unlink()
        log.error("disk.full", gave_back=SPARE_BYTES)


def put_by(data: Path, free: Callable[[Path], int] = free_bytes) -> None:
    """Keep some room for a later start, while there is plenty."""
    spare = data / SPARE
    if spare.exists() or free(data) < _PLENTY * SPARE_BYTES:
        return
    with suppress(OSError), spare.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, SPARE_BYTES)
