"""Rows of the house's own work: outbox, erasures, audit, looks, staff."""

from __future__ import annotations

from peewee import BooleanField, ForeignKeyField

from access.domain.erasure import Cause, HolderKind, Scope
from access.domain.outbox import Task
from access.domain.reading import ReadPurpose
from access.domain.staff import StaffRole
from adapters.db.fields import Details, EnumSet, EnumText, Instant, Json, Number, RowId, Sealed, Text, TextTuple
from adapters.db.rows_base import Row
from adapters.db.rows_places import EstateRow


class OutboxRow(Row):
    """`leased_until` is 0 while nobody works on it; `buried_at` is set once it was given up."""

    id = RowId()
    task = EnumText(Task)
    key = Text(unique=True)
    payload = Json()
    due_at = Instant()
    attempts = Number()
    leased_until = Instant()
    error = Text()
    buried_at = Instant(null=True)

    class Meta:
        table_name = "outbox"
        indexes = ((("buried_at", "due_at"), False),)


class ErasureRow(Row):
    id = Text(primary_key=True)
    person_id = Text(index=True)
    estate_id = Text()
    scope = EnumText(Scope)
    cause = EnumText(Cause)
    requested_at = Instant()
    completed_at = Instant(null=True)
    certificate = Text(null=True)

    class Meta:
        table_name = "erasure"


class HoldingRow(Row):
    id = Text(primary_key=True)
    erasure = ForeignKeyField(ErasureRow)
    kind = EnumText(HolderKind)
    holder = Text()
    requested_at = Instant()
    receipt = Text(null=True)
    receipted_at = Instant(null=True, index=True)

    class Meta:
        table_name = "holding"


class AuditEntryRow(Row):
    seq = Number(primary_key=True)
    at = Instant()
    actor = Text()
    tag = Text()
    subject = Text()
    details = Details()
    previous = Text()
    hash = Text()

    class Meta:
        table_name = "audit_entry"
        indexes = ((("subject", "tag"), False),)


class LookRow(Row):
    id = Text(primary_key=True)
    at = Instant()
    person_id = Text()
    reader = Text()
    purpose = EnumText(ReadPurpose)
    fields = TextTuple()

    class Meta:
        table_name = "look"
        indexes = ((("person_id", "at"), False), (("reader", "at"), False))


class StaffRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow)
    name = Text(unique=True)
    display_name = Text()
    roles = EnumSet(StaffRole)
    password_hash = Text()
    totp_secret = Sealed()
    totp_step = Number()
    failures = Number()
    locked_until = Instant()
    disabled = BooleanField()

    class Meta:
        table_name = "staff"


class StaffSessionRow(Row):
    token_hash = Text(primary_key=True)
    staff = ForeignKeyField(StaffRow)
    created_at = Instant()
    seen_at = Instant()
    expires_at = Instant()

    class Meta:
        table_name = "staff_session"
