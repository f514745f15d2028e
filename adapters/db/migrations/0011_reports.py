"""Reports to all owners and their acknowledgements; reminders sent; a host who is told when a visitor enters."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, CompositeKey, Model, SqliteDatabase, TextField


def references(table: str) -> SQL:
    return SQL(f'REFERENCES "{table}" ("id")')


class Table(Model):
    class Meta:
        legacy_table_names = False


class Report(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(constraints=[references("estate")])
    number = BigIntegerField()
    title_zh = TextField()
    title_en = TextField()
    body_zh = TextField()
    body_en = TextField()
    hash = TextField()
    published_by = TextField()
    published_at = BigIntegerField()

    class Meta:
        table_name = "owner_report"
        indexes = ((("estate_id", "number"), True),)


class Acknowledgement(Table):
    report_id = TextField(constraints=[references("owner_report")])
    person_id = TextField(index=True, constraints=[references("person")])
    household_id = TextField()
    role = TextField()
    channel = TextField()
    at = BigIntegerField()

    class Meta:
        table_name = "report_acknowledgement"
        primary_key = CompositeKey("report_id", "person_id")


class Reminder(Table):
    consent_id = TextField()
    days = BigIntegerField()
    sent_at = BigIntegerField(index=True)

    class Meta:
        table_name = "consent_reminder"
        primary_key = CompositeKey("consent_id", "days")


TABLES = (Report, Acknowledgement, Reminder)


def up(_migrator: Any, database: Any) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
    # SQLite would build the table anew for a column without a default
    truth = "INTEGER" if isinstance(database, SqliteDatabase) else "BOOLEAN"
    database.execute_sql(f'ALTER TABLE "issued_pass" ADD COLUMN "tell_host" {truth} NOT NULL DEFAULT FALSE')
