"""A backup in two files: everything without the persons' keys, and the list of keys as it stands now.

A person's data in any backup, however old, is readable only with their key. Backups may be kept; of the key list
only the newest is, so that a key destroyed today is gone from it with the next backup (docs/privacy/backups.md).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from access.domain.errors import Conflict, InvalidInput
from adapters.db import backup_postgres
from adapters.db.key_list import COLUMNS, KeyRow, fresh, insert_keys, read_list, write_list


def back_up(url: str, data: Path, keys: Path) -> int:
    """Write both files from one snapshot, while the service runs; the number of keys.

    Args:
        url: of the database.
        data: a new file: a database on SQLite, an archive of pg_dump on PostgreSQL.
        keys: replaced in one step, so that there is never more than one list.

    Raises:
        Conflict: ``backup.exists`` when `data` is there already.
        ExternalSystemError: ``backup.program``, ``backup.failed``: see `backup_postgres`.
    """
    if data.exists():
        raise Conflict("backup.exists", "the backup's file is there already: name a new one")
    with fresh(data) as half, fresh(keys) as fresh_keys:
        file = _file(url)
        rows = backup_postgres.dump(url, half) if file is None else _copied(file, half)
        write_list(fresh_keys, rows)
        os.replace(half, data)
        os.replace(fresh_keys, keys)
    return len(rows)


def restore(data: Path, keys: Path, url: str) -> int:
    """Put a backup together with the key list of today; the number of keys that came with it.

    Args:
        url: of the database to make: a file that is not there, or an empty database of PostgreSQL.

    Raises:
        Conflict: ``backup.exists`` when there is something already.
        InvalidInput: ``backup.form`` when a file is not one of `back_up`, or of the other kind of database.
        ExternalSystemError: ``backup.program``, ``backup.failed``: see `backup_postgres`.
    """
    target = _file(url)
    if target is not None and target.exists():
        raise Conflict("backup.exists", "the database's file is there already: move it away first")
    try:
        rows = read_list(keys)
        return backup_postgres.load(url, data, rows) if target is None else _restored(data, rows, target)
    except sqlite3.DatabaseError as error:
        raise InvalidInput("backup.form", "not a backup of this service for this kind of database") from error


def _restored(data: Path, rows: list[KeyRow], target: Path) -> int:
    with closing(sqlite3.connect(f"file:{data}?mode=ro", uri=True)) as source, fresh(target) as half:
        with closing(sqlite3.connect(half)) as copy:
            source.backup(copy)
            known = {person for (person,) in copy.execute("SELECT id FROM person")}
            kept = [row for row in rows if row[0] in known]
            insert_keys(copy, kept)
        os.replace(half, target)
    return len(kept)


def _copied(source_file: Path, half: Path) -> list[KeyRow]:
    """Copy one snapshot and take the keys out of the copy, free pages included; the keys."""
    with closing(sqlite3.connect(f"file:{source_file}?mode=ro", uri=True)) as source:
        copy = sqlite3.connect(half)
        source.backup(copy)
    with closing(copy):
        rows: list[KeyRow] = copy.execute(f"SELECT {COLUMNS} FROM person_key").fetchall()  # noqa: S608 - names of our own
        copy.execute("PRAGMA secure_delete = ON")
        copy.execute("DELETE FROM person_key")
        copy.commit()
        copy.execute("VACUUM")
        copy.execute("PRAGMA journal_mode = DELETE")
    return rows


def _file(url: str) -> Path | None:
    """Of a SQLite database; None on PostgreSQL."""
    parts = urlsplit(url)
    return Path(unquote(parts.path[1:])) if parts.scheme == "sqlite" else None
