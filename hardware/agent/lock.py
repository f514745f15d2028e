"""One agent in a folder: two could each fire the same command."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from access.domain.errors import Conflict

_FILE = "lock"
_TRIES = 5
_AGAIN_SECONDS = 0.1
"""Longer than somebody looks whether the lock is held."""


def only_one(data: Path) -> IO[bytes]:
    """Take the folder; it is let go of when the file is closed, or the process ends in whatever way.

    Raises:
        Conflict: ``agent.running``: another agent works in this folder.
        OSError: the folder cannot be written.
    """
    file = (data / _FILE).open("wb", buffering=0)
    for _ in range(_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        time.sleep(_AGAIN_SECONDS)
    else:
        file.close()
        raise Conflict("agent.running", f"another agent works in {data}: stop it first")
    with suppress(OSError):  # no room: the lock is what counts
        file.write(str(os.getpid()).encode("ascii"))
    return file


def is_taken(data: Path) -> bool:
    """Whether an agent works in the folder. A process id proves nothing: after a restart it is somebody else's."""
    try:
        with (data / _FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
