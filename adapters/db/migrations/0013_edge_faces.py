"""Faces that stay in the gates, what gates say of that option, and access points that send no face anywhere."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BooleanField, Model, SqliteDatabase, TextField


class Table(Model):
    class Meta:
        legacy_table_names = False


class EdgeFace(Table):
    id = TextField(primary_key=True)
    person_id = TextField()
    estate_id = TextField()
    state = TextField()
    gate_id = TextField(null=True)
    ticket_hash = TextField(unique=True)
    ticket_until = BigIntegerField()
    asked_by = TextField()
    created_at = BigIntegerField()
    model = TextField()
    enrolled_at = BigIntegerField(null=True)
    expires_at = BigIntegerField()

    class Meta:
        table_name = "edge_face"
        indexes = ((("person_id", "estate_id"), False), (("estate_id", "state"), False), (("gate_id",), False))


class EdgeGate(Table):
    gate_id = TextField(primary_key=True)
    available = BooleanField()
    why = TextField()
    model = TextField()
    reported_at = BigIntegerField()

    class Meta:
        table_name = "edge_gate"


TABLES = (EdgeFace, EdgeGate)


def up(_migrator: Any, database: Any) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
    # SQLite would build the table anew for a column without a default, and rules point to its rows
    kind = "INTEGER" if isinstance(database, SqliteDatabase) else "BOOLEAN"
    database.execute_sql(f'ALTER TABLE "access_point" ADD COLUMN "face_edge_only" {kind} NOT NULL DEFAULT FALSE')
