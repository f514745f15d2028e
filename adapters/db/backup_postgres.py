"""PostgreSQL's part of a backup: its own pg_dump and pg_restore, with the keys left out and put in again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from access.domain.errors import Conflict, ExternalSystemError, InvalidInput
from adapters.db.key_list import COLUMNS, KeyRow

_MAGIC = b"PGDMP"
"""How an archive of pg_dump in the custom format begins."""


def dump(url: str, data: Path) -> list[KeyRow]:
    """Write everything but keys as a compressed archive; the keys, from the same snapshot.

    Raises:
        ExternalSystemError: ``database.unavailable``; ``backup.program`` without pg_dump; ``backup.failed``.
    """
    with closing(_connected(url)) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        words = ["--format=custom", "--exclude-table-data=person_key", f"--snapshot={snapshot}", f"--file={data}"]
        _run("pg_dump", url, words)
        found = connection.execute(f"SELECT {COLUMNS} FROM person_key").fetchall()  # noqa: S608 - names of our own
        return [(person, kind, estate, bytes(wrapped)) for person, kind, estate, wrapped in found]


def load(url: str, data: Path, rows: Sequence[KeyRow]) -> int:
    """Fill an empty database from an archive, and put in the keys of the people whom it knows; how many.

    Raises:
        InvalidInput: ``backup.form``.
        Conflict: ``backup.exists`` when the database has tables already.
        ExternalSystemError: ``database.unavailable``, ``backup.program``, ``backup.failed``.
    """
    with data.open("rb") as archive:
        if archive.read(len(_MAGIC)) != _MAGIC:
            raise InvalidInput("backup.form", "not a backup of this service for this kind of database")
    with closing(_connected(url)) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").fetchone()
        if found is None or found[0]:
            raise Conflict("backup.exists", "the database is not empty: make a new one with createdb")
        _run("pg_restore", url, ["--single-transaction", "--no-owner", "--no-privileges", str(data)])
        known = {person for (person,) in connection.execute("SELECT id FROM person").fetchall()}
        kept = [row for row in rows if row[0] in known]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO person_key ({COLUMNS}) VALUES (%s, %s, %s, %s)", kept)  # noqa: S608 - names of our own
    return len(kept)


def _connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as error:
        raise ExternalSystemError("database.unavailable", "the database does not answer") from error


def _run(program: str, url: str, words: Sequence[str]) -> None:
    """The password goes by the environment: the words of a command can be read by everybody on the machine."""
    told = conninfo_to_dict(url)
    password = told.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [program, "--no-password", f"--dbname={make_conninfo('', **told)}", *words]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ExternalSystemError(
            "backup.program", f"{program} is not installed: install postgresql-client of the server's version"
        ) from error
    if done.returncode != 0:
        said = next(iter(done.stderr.splitlines()), "")
        raise ExternalSystemError("backup.failed", f"{program} ended with {done.returncode}: {said}")
