"""Areas of anti-passback, duress codes, and what soft anti-passback noted of an entry."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, Model, SqliteDatabase, TextField


class Table(Model):
    class Meta:
        legacy_table_names = False


class Area(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(index=True, constraints=[SQL('REFERENCES "estate" ("id")')])
    name_zh = TextField()
    name_en = TextField()
    mode = TextField()
    forgive_minutes = BigIntegerField()
    nightly = BigIntegerField(null=True)
    reset_at = BigIntegerField()
    ways_in = TextField()
    ways_out = TextField()

    class Meta:
        table_name = "area"


class DuressCode(Table):
    estate_id = TextField(primary_key=True, constraints=[SQL('REFERENCES "estate" ("id")')])
    token = TextField()

    class Meta:
        table_name = "duress_code"


def up(_migrator: Any, database: Any) -> None:
    truth = "INTEGER" if isinstance(database, SqliteDatabase) else "BOOLEAN"
    database.execute_sql(f'ALTER TABLE "access_event" ADD COLUMN "passed_back" {truth} NOT NULL DEFAULT FALSE')
    database.execute_sql('CREATE INDEX "audit_entry_subject_tag" ON "audit_entry" ("subject", "tag")')
    with database.bind_ctx([Area, DuressCode]):
        Area.create_table()
        DuressCode.create_table()
