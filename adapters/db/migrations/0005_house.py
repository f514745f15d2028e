"""Outbox, erasures, audit, looks, staff."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, BooleanField, Database, Model, TextField

from adapters.db.fields import RowId, Sealed


def references(table: str) -> SQL:
    return SQL(f'REFERENCES "{table}" ("id")')


class Table(Model):
    class Meta:
        legacy_table_names = False


class Outbox(Table):
    id = RowId()
    task = TextField()
    key = TextField(unique=True)
    payload = TextField()
    due_at = BigIntegerField()
    attempts = BigIntegerField()
    leased_until = BigIntegerField()
    error = TextField()
    buried_at = BigIntegerField(null=True)

    class Meta:
        table_name = "outbox"
        indexes = ((("buried_at", "due_at"), False),)


class Erasure(Table):
    id = TextField(primary_key=True)
    person_id = TextField(index=True)
    estate_id = TextField()
    scope = TextField()
    cause = TextField()
    requested_at = BigIntegerField()
    completed_at = BigIntegerField(null=True)
    certificate = TextField(null=True)

    class Meta:
        table_name = "erasure"


class Holding(Table):
    id = TextField(primary_key=True)
    erasure_id = TextField(index=True, constraints=[references("erasure")])
    kind = TextField()
    holder = TextField()
    requested_at = BigIntegerField()
    receipt = TextField(null=True)
    receipted_at = BigIntegerField(index=True, null=True)

    class Meta:
        table_name = "holding"


class AuditEntry(Table):
    seq = BigIntegerField(primary_key=True)
    at = BigIntegerField()
    actor = TextField()
    tag = TextField()
    subject = TextField()
    details = TextField()
    previous = TextField()
    hash = TextField()

    class Meta:
        table_name = "audit_entry"


class Look(Table):
    id = TextField(primary_key=True)
    at = BigIntegerField()
    person_id = TextField()
    reader = TextField()
    purpose = TextField()
    fields = TextField()

    class Meta:
        table_name = "look"
        indexes = ((("person_id", "at"), False),)


class Staff(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(index=True, constraints=[references("estate")])
    name = TextField(unique=True)
    display_name = TextField()
    roles = TextField()
    password_hash = TextField()
    totp_secret = Sealed()
    totp_step = BigIntegerField()
    failures = BigIntegerField()
    locked_until = BigIntegerField()
    disabled = BooleanField()

    class Meta:
        table_name = "staff"


class StaffSession(Table):
    token_hash = TextField(primary_key=True)
    staff_id = TextField(index=True, constraints=[references("staff")])
    created_at = BigIntegerField()
    seen_at = BigIntegerField()
    expires_at = BigIntegerField()

    class Meta:
        table_name = "staff_session"


TABLES = (Outbox, Erasure, Holding, AuditEntry, Look, Staff, StaffSession)


def up(_migrator: Any, database: Database) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
