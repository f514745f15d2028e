"""The list of the persons' keys in a file of its own (SQLite), the same for both databases."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

COLUMNS = "person_id, kind, estate_id, wrapped"
KeyRow = tuple[Any, ...]
"""In the order of `COLUMNS`; the key is wrapped."""
_MADE = "CREATE TABLE person_key (person_id TEXT, kind TEXT, estate_id TEXT, wrapped BLOB)"


def write_list(path: Path, rows: Sequence[KeyRow]) -> None:
    """A new list in an empty file."""
    with closing(sqlite3.connect(path)) as listed:
        listed.execute(_MADE)
        insert_keys(listed, rows)


def read_list(path: Path) -> list[KeyRow]:
    """Raises sqlite3.DatabaseError when it is no list."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as listed:
        return listed.execute(f"SELECT {COLUMNS} FROM person_key").fetchall()  # noqa: S608 - names of our own


def insert_keys(database: sqlite3.Connection, rows: Sequence[KeyRow]) -> None:
    database.executemany(f"INSERT INTO person_key ({COLUMNS}) VALUES (?, ?, ?, ?)", rows)  # noqa: S608 - names of our own
    database.commit()


@contextmanager
def fresh(path: Path) -> Iterator[Path]:
    """A file beside `path`, readable by its owner alone; gone when it was not moved into place."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.touch(0o600, exist_ok=False)
    try:
        yield half
    finally:
        half.unlink(missing_ok=True)
