"""A backup in two files: everything without the persons' keys, and the list of keys as it stands now.

A person's data in any backup, however old, is readable only with their key. Backups may be kept; of the key list
only the newest is, so that a key destroyed today is gone from it with the next backup (docs/privacy/backups.md).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from access.domain.errors import Conflict, InvalidInput

_COLUMNS = "person_id, kind, estate_id, wrapped"
_MADE = "CREATE TABLE person_key (person_id TEXT, kind TEXT, estate_id TEXT, wrapped BLOB)"


def back_up(url: str, data: Path, keys: Path) -> int:
    """Write both files from one snapshot, while the service runs; the number of keys.

    Args:
        data: a new file.
        keys: replaced in one step, so that there is never more than one list.

    Raises:
        InvalidInput: ``backup.postgres``: PostgreSQL is backed up by its own programs.
        Conflict: ``backup.exists`` when `data` is there already.
    """
    if data.exists():
        raise Conflict("backup.exists", "the backup's file is there already: name a new one")
    with _fresh(data) as half, _fresh(keys) as fresh_keys:
        rows = _copied(_file(url), half)
        with closing(sqlite3.connect(fresh_keys)) as listed:
            listed.execute(_MADE)
            _insert(listed, rows)
        os.replace(half, data)
        os.replace(fresh_keys, keys)
    return len(rows)


def restore(data: Path, keys: Path, target: Path) -> int:
    """Put a backup together with the key list of today; the number of keys that came with it.

    Raises:
        Conflict: ``backup.exists`` when `target` is there already.
        InvalidInput: ``backup.form`` when a file is not one of `back_up`.
    """
    if target.exists():
        raise Conflict("backup.exists", "the database's file is there already: move it away first")
    try:
        with closing(sqlite3.connect(f"file:{keys}?mode=ro", uri=True)) as listed:
            rows = listed.execute(f"SELECT {_COLUMNS} FROM person_key").fetchall()  # noqa: S608 - names of our own
        with closing(sqlite3.connect(f"file:{data}?mode=ro", uri=True)) as source, _fresh(target) as half:
            with closing(sqlite3.connect(half)) as copy:
                source.backup(copy)
                known = {person for (person,) in copy.execute("SELECT id FROM person")}
                _insert(copy, [row for row in rows if row[0] in known])
            os.replace(half, target)
    except sqlite3.DatabaseError as error:
        raise InvalidInput("backup.form", "not a backup of this service") from error
    return sum(row[0] in known for row in rows)


def _copied(source_file: Path, half: Path) -> list[tuple[object, ...]]:
    """Copy one snapshot and take the keys out of the copy, free pages included; the keys."""
    with closing(sqlite3.connect(f"file:{source_file}?mode=ro", uri=True)) as source:
        copy = sqlite3.connect(half)
        source.backup(copy)
    with closing(copy):
        rows = copy.execute(f"SELECT {_COLUMNS} FROM person_key").fetchall()  # noqa: S608 - names of our own
        copy.execute("PRAGMA secure_delete = ON")
        copy.execute("DELETE FROM person_key")
        copy.commit()
        copy.execute("VACUUM")
        copy.execute("PRAGMA journal_mode = DELETE")
    return rows


def _insert(database: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    database.executemany(f"INSERT INTO person_key ({_COLUMNS}) VALUES (?, ?, ?, ?)", rows)  # noqa: S608 - names of our own
    database.commit()


@contextmanager
def _fresh(path: Path) -> Iterator[Path]:
    """A file beside `path`, readable by its owner alone; gone when it was not moved into place."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.touch(0o600, exist_ok=False)
    try:
        yield half
    finally:
        half.unlink(missing_ok=True)


def _file(url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "sqlite":
        raise InvalidInput("backup.postgres", "use pg_dump, as docs/privacy/backups.md says")
    return Path(unquote(parts.path[1:]))
