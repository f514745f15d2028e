"""Residencies, consents, notices, credentials, faces."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, BooleanField, CompositeKey, Database, Model, TextField

from adapters.db.fields import RowId, Sealed


def references(table: str) -> SQL:
    return SQL(f'REFERENCES "{table}" ("id")')


class Table(Model):
    class Meta:
        legacy_table_names = False


class Residency(Table):
    id = TextField(primary_key=True)
    person_id = TextField(index=True, constraints=[references("person")])
    household_id = TextField(index=True, constraints=[references("household")])
    estate_id = TextField(constraints=[references("estate")])
    building_id = TextField(constraints=[references("building")])
    role = TextField()
    status = TextField()
    valid_from = BigIntegerField()
    valid_to = BigIntegerField()
    requested_at = BigIntegerField()
    decided_at = BigIntegerField(null=True)
    decided_by = TextField(null=True)
    reason = TextField()

    class Meta:
        table_name = "residency"
        indexes = ((("estate_id", "status"), False), (("status", "valid_to"), False))


class Notice(Table):
    hash = TextField(primary_key=True)
    estate_id = TextField(constraints=[references("estate")])
    version = BigIntegerField()
    title_zh = TextField()
    title_en = TextField()
    body_zh = TextField()
    body_en = TextField()
    published_at = BigIntegerField()
    material = BooleanField()

    class Meta:
        table_name = "notice"
        indexes = ((("estate_id", "version"), True),)


class NoticeShown(Table):
    person_id = TextField(constraints=[references("person")])
    notice_hash = TextField()
    shown_at = BigIntegerField()

    class Meta:
        table_name = "notice_shown"
        primary_key = CompositeKey("person_id", "notice_hash")


class Consent(Table):
    row_id = RowId()
    id = TextField(index=True)
    person_id = TextField(constraints=[references("person")])
    estate_id = TextField(constraints=[references("estate")])
    purpose = TextField()
    status = TextField()
    channel = TextField()
    notice_hash = TextField()
    decided_at = BigIntegerField()
    expires_at = BigIntegerField()

    class Meta:
        table_name = "consent"
        indexes = (
            (("person_id", "estate_id", "purpose", "row_id"), False),
            (("estate_id", "purpose", "status"), False),
            (("status", "expires_at"), False),
        )


class Credential(Table):
    id = TextField(primary_key=True)
    person_id = TextField(index=True, constraints=[references("person")])
    estate_id = TextField(constraints=[references("estate")])
    kind = TextField()
    status = TextField()
    token = TextField()
    label = TextField()
    valid_from = BigIntegerField()
    valid_to = BigIntegerField()
    created_at = BigIntegerField()

    class Meta:
        table_name = "credential"
        indexes = ((("estate_id", "kind", "token"), False),)


Credential.add_index(
    Credential.index(
        Credential.estate_id,
        Credential.kind,
        Credential.token,
        unique=True,
        name="credential_one_live_holder",
        where=(Credential.token != "") & (Credential.status != "disabled"),
    )
)


class Enrolment(Table):
    id = TextField(primary_key=True)
    person_id = TextField(index=True, constraints=[references("person")])
    estate_id = TextField(constraints=[references("estate")])
    channel = TextField()
    status = TextField()
    created_at = BigIntegerField()
    quality_reason = TextField(null=True)
    finished_at = BigIntegerField(null=True)

    class Meta:
        table_name = "enrolment"
        indexes = ((("estate_id", "status"), False),)


class EnrolmentSample(Table):
    enrolment_id = TextField(constraints=[references("enrolment")])
    position = BigIntegerField()
    sealed = Sealed()

    class Meta:
        table_name = "enrolment_sample"
        primary_key = CompositeKey("enrolment_id", "position")


class FaceReference(Table):
    id = TextField(primary_key=True)
    person_id = TextField(constraints=[references("person")])
    estate_id = TextField(index=True, constraints=[references("estate")])
    sealed = Sealed()
    model = TextField()
    created_at = BigIntegerField()
    expires_at = BigIntegerField()

    class Meta:
        table_name = "face_reference"
        indexes = ((("person_id", "estate_id"), False),)


TABLES = (Residency, Notice, NoticeShown, Consent, Credential, Enrolment, EnrolmentSample, FaceReference)


def up(_migrator: Any, database: Database) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
