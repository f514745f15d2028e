"""The queue of those who want to write to one SQLite file: first in the process, then between processes."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from access.domain.errors import ExternalSystemError

_LOOK_SECONDS = 0.0001
"""A waiting process looks this often. A write takes about a millisecond, so longer naps would waste turns."""


class WriterQueue:
    """One writer at a time on this machine. A process that dies lets go of its turn (flock(2))."""

    def __init__(self, path: Path, longest_ms: int) -> None:
        """
        Args:
            path: of the file that is locked; it stays empty.
            longest_ms: how long a writer waits before it gives up.
        """
        self._path = path
        self._longest = longest_ms / 1_000
        self._in_process = threading.Lock()
        self._file: int | None = None
        self._process = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn.

        Raises:
            ExternalSystemError: ``database.unavailable`` when it does not come in time.
        """
        deadline = time.monotonic() + self._longest
        if not self._in_process.acquire(timeout=self._longest):
            raise _too_long()
        try:
            file = self._descriptor()
            self._lock(file, deadline)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
        finally:
            self._in_process.release()

    def close(self) -> None:
        """Give the file back to the system, unless somebody is writing under its lock."""
        if not self._in_process.acquire(blocking=False):
            return
        try:
            if self._file is not None and self._process == os.getpid():
                os.close(self._file)
            self._file = None
        finally:
            self._in_process.release()

    def _descriptor(self) -> int:
        """A file of this process's own: one inherited through a fork would share its lock."""
        if self._file is None or self._process != os.getpid():
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._process = os.getpid()
        return self._file

    @staticmethod
    def _lock(file: int, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise _too_long() from None
                time.sleep(_LOOK_SECONDS)
            else:
                return


def _too_long() -> ExternalSystemError:
    return ExternalSystemError("database.unavailable", "others wrote for too long")
