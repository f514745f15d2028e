"""A process that is killed (SIGKILL) at a chosen step of what it does to a database."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from access.services.house import House
from access.stores import Database, Stores

Step = Callable[[], None]


class MortalDatabase:
    """Calls `step` before each commit and after it."""

    def __init__(self, database: Database, step: Step) -> None:
        self._database = database
        self._step = step

    @contextmanager
    def transaction(self) -> Iterator[Stores]:
        with self._database.transaction() as stores:
            yield stores
            self._step()
        self._step()

    @contextmanager
    def reading(self) -> Iterator[Stores]:
        with self._database.reading() as stores:
            yield stores

    def data_version(self) -> int:
        return self._database.data_version()


class Countdown:
    """Kills the process at the step with a number; counts the others."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal

    def __call__(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def killed_at(path: Path, fatal: int, act: Callable[[House], object], wire: Callable[[Path], House]) -> bool:
    """Run `act` on the file in a process of its own that dies at a step; False when it came to the end first.

    Args:
        fatal: number of the step: before each commit and after it, from 0.
        wire: opens the file.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            house = wire(path)
            act(replace(house, db=MortalDatabase(house.db, Countdown(fatal))))
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def copy_database(source: Path, target: Path) -> None:
    """A SQLite file with what stands beside it."""
    for part in ("", "-wal", "-shm"):
        if Path(f"{source}{part}").exists():
            shutil.copyfile(f"{source}{part}", f"{target}{part}")
