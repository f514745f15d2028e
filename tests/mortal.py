"""A process that is killed (SIGKILL) at a chosen step of what it does to a database."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

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


def killed_at(url: str, fatal: int, act: Callable[[House], object], wire: Callable[[str], House]) -> bool:
    """Run `act` on a database in a process of its own that dies at a step; False when it came to the end first.

    Args:
        fatal: number of the step: before each commit and after it, from 0.
        wire: opens the database.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            house = wire(url)
            act(replace(house, db=MortalDatabase(house.db, Countdown(fatal))))
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def copied(url: str, number: int) -> str:
    """A copy of a database that nobody uses: a file with what stands beside it, or another one at the server."""
    if not url.startswith("sqlite"):
        server, _, name = url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}_{number}" TEMPLATE "{name}"')  # type: ignore[call-overload]
        return f"{server}/{name}_{number}"
    source = Path(url.removeprefix("sqlite:///"))
    target = source.with_name(f"{number}.db")
    for part in ("", "-wal", "-shm"):
        if Path(f"{source}{part}").exists():
            shutil.copyfile(f"{source}{part}", f"{target}{part}")
    return f"sqlite:///{target}"


def forget(url: str) -> None:
    """Take a copy at the server away; a file goes with its folder."""
    if not url.startswith("sqlite"):
        server, _, name = url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]
