"""Assessments, filings, disclosures, rights requests, audit heads; a guardian's consent; looks by reader."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, BooleanField, CompositeKey, Database, Model, TextField
from playhouse.migrate import migrate

from adapters.db.fields import Sealed


def references(table: str) -> SQL:
    return SQL(f'REFERENCES "{table}" ("id")')


class Table(Model):
    class Meta:
        legacy_table_names = False


class Assessment(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(constraints=[references("estate")])
    purpose = TextField()
    effects = TextField()
    measures = TextField()
    officer = TextField()
    attachment_name = TextField()
    attachment_hash = TextField()
    attachment = Sealed()
    filed_by = TextField()
    filed_at = BigIntegerField()
    review_by = BigIntegerField()
    mark = TextField(null=True)
    marked_at = BigIntegerField(null=True)

    class Meta:
        table_name = "impact_assessment"
        indexes = ((("estate_id", "filed_at"), False),)


class Filing(Table):
    threshold = BigIntegerField(primary_key=True)
    people = BigIntegerField()
    reached_at = BigIntegerField()
    due_at = BigIntegerField(null=True)
    filed_at = BigIntegerField(null=True)

    class Meta:
        table_name = "face_filing"


class Case(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(constraints=[references("estate")])
    agency = TextField()
    document = TextField()
    scan_hash = TextField()
    scan = Sealed()
    article = TextField()
    person_id = TextField(null=True)
    access_point_id = TextField(null=True)
    since = BigIntegerField()
    until = BigIntegerField()
    fields = TextField()
    state = TextField()
    opened_by = TextField()
    opened_at = BigIntegerField()
    tell_at = BigIntegerField()
    exported_by = TextField(null=True)
    exported_at = BigIntegerField(null=True)
    export_hash = TextField(null=True)
    told_at = BigIntegerField(null=True)

    class Meta:
        table_name = "disclosure_case"
        indexes = ((("estate_id", "opened_at"), False), (("state", "tell_at"), False))


class Approval(Table):
    case_id = TextField(constraints=[references("disclosure_case")])
    staff_id = TextField()
    given = BooleanField()
    at = BigIntegerField()

    class Meta:
        table_name = "disclosure_approval"
        primary_key = CompositeKey("case_id", "staff_id")


class RightsRequest(Table):
    id = TextField(primary_key=True)
    person_id = TextField(index=True, constraints=[references("person")])
    estate_id = TextField(constraints=[references("estate")])
    kind = TextField()
    state = TextField()
    words_sealed = Sealed()
    about = TextField()
    asked_at = BigIntegerField()
    due_at = BigIntegerField()
    decided_at = BigIntegerField(null=True)
    decided_by = TextField(null=True)
    answer = TextField()

    class Meta:
        table_name = "rights_request"
        indexes = ((("estate_id", "state", "due_at"), False),)


class AuditHead(Table):
    day = TextField(primary_key=True)
    seq = BigIntegerField()
    hash = TextField()
    at = BigIntegerField()
    signature = TextField()

    class Meta:
        table_name = "audit_head"


class PlatformKey(Table):
    name = TextField(primary_key=True)
    secret = Sealed()

    class Meta:
        table_name = "platform_key"


TABLES = (Assessment, Filing, Case, Approval, RightsRequest, AuditHead, PlatformKey)


def up(migrator: Any, database: Database) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
    migrate(
        migrator.add_column("consent", "guardian_id", TextField(null=True)),
        migrator.add_index("look", ("reader", "at"), False),
    )
