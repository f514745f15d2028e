"""Whether an access point asks for a card or pass before it compares a face."""

from __future__ import annotations

from typing import Any

from peewee import SqliteDatabase


def up(_migrator: Any, database: Any) -> None:
    # SQLite would build the table anew for a column without a default, and rules point to its rows
    kind = "INTEGER" if isinstance(database, SqliteDatabase) else "BOOLEAN"
    database.execute_sql(f'ALTER TABLE "access_point" ADD COLUMN "face_claim" {kind} NOT NULL DEFAULT FALSE')
