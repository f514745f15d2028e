"""Rows of what people may and agreed to: residencies, consents, notices, credentials, faces."""

from __future__ import annotations

from peewee import SQL, BooleanField, CompositeKey, ForeignKeyField

from access.domain.challenges import Movement
from access.domain.consent import Channel, ConsentStatus, Purpose
from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.enrolment import EnrolmentStatus
from access.domain.faces import QualityReason
from access.domain.renewal import Why
from access.domain.residency import ResidencyStatus, Role
from adapters.db.fields import EnumText, Instant, Number, RowId, Sealed, Text
from adapters.db.rows_base import Row
from adapters.db.rows_people import PersonRow
from adapters.db.rows_places import BuildingRow, EstateRow, HouseholdRow


class ResidencyRow(Row):
    id = Text(primary_key=True)
    person = ForeignKeyField(PersonRow)
    household = ForeignKeyField(HouseholdRow)
    estate = ForeignKeyField(EstateRow, index=False)
    building = ForeignKeyField(BuildingRow, index=False)
    role = EnumText(Role)
    status = EnumText(ResidencyStatus)
    valid_from = Instant()
    valid_to = Instant()
    requested_at = Instant()
    decided_at = Instant(null=True)
    decided_by = Text(null=True)
    reason = Text()

    class Meta:
        table_name = "residency"
        indexes = ((("estate", "status"), False), (("status", "valid_to"), False))


class NoticeRow(Row):
    hash = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    version = Number()
    title_zh = Text()
    title_en = Text()
    body_zh = Text()
    body_en = Text()
    published_at = Instant()
    material = BooleanField()

    class Meta:
        table_name = "notice"
        indexes = ((("estate", "version"), True),)


class NoticeShownRow(Row):
    person = ForeignKeyField(PersonRow, index=False)
    notice_hash = Text()
    shown_at = Instant()

    class Meta:
        table_name = "notice_shown"
        primary_key = CompositeKey("person", "notice_hash")


class ConsentRow(Row):
    """Append-only; the newest row of (person, estate, purpose) holds. A withdrawal keeps the consent's id."""

    row_id = RowId()
    id = Text(index=True)
    person = ForeignKeyField(PersonRow, index=False)
    estate = ForeignKeyField(EstateRow, index=False)
    purpose = EnumText(Purpose)
    status = EnumText(ConsentStatus)
    channel = EnumText(Channel)
    notice_hash = Text()
    decided_at = Instant()
    expires_at = Instant()
    guardian_id = Text(null=True)

    class Meta:
        table_name = "consent"
        indexes = (
            (("person", "estate", "purpose", "row_id"), False),
            (("estate", "purpose", "status"), False),
            (("status", "expires_at"), False),
        )


class CredentialRow(Row):
    id = Text(primary_key=True)
    person = ForeignKeyField(PersonRow)
    estate = ForeignKeyField(EstateRow, index=False)
    kind = EnumText(CredentialKind)
    status = EnumText(CredentialStatus)
    token = Text()
    label = Text()
    valid_from = Instant()
    valid_to = Instant()
    created_at = Instant()

    class Meta:
        table_name = "credential"
        indexes = ((("estate", "kind", "token"), False),)


CredentialRow.add_index(
    CredentialRow.index(
        CredentialRow.estate,
        CredentialRow.kind,
        CredentialRow.token,
        unique=True,
        name="credential_one_live_holder",
        where=(CredentialRow.token != "") & (CredentialRow.status != CredentialStatus.DISABLED),
    )
)


class EnrolmentRow(Row):
    id = Text(primary_key=True)
    person = ForeignKeyField(PersonRow)
    estate = ForeignKeyField(EstateRow, index=False)
    channel = EnumText(Channel)
    status = EnumText(EnrolmentStatus)
    created_at = Instant()
    quality_reason = EnumText(QualityReason, null=True)
    finished_at = Instant(null=True)
    movement = EnumText(Movement, null=True)
    in_person = BooleanField(constraints=[SQL("DEFAULT FALSE")])

    class Meta:
        table_name = "enrolment"
        indexes = ((("estate", "status"), False),)


class EnrolmentSampleRow(Row):
    """A picture under the person's face key, waiting for the face work."""

    enrolment = ForeignKeyField(EnrolmentRow, index=False)
    position = Number()
    sealed = Sealed()

    class Meta:
        table_name = "enrolment_sample"
        primary_key = CompositeKey("enrolment", "position")


class FaceChallengeRow(Row):
    """The one open challenge of a subject."""

    subject = Text(primary_key=True)
    id = Text()
    estate = ForeignKeyField(EstateRow)
    movement = EnumText(Movement)
    issued_at = Instant()
    expires_at = Instant(index=True)
    used_by = Text(null=True)

    class Meta:
        table_name = "face_challenge"


class FaceReferenceRow(Row):
    id = Text(primary_key=True)
    person = ForeignKeyField(PersonRow, index=False)
    estate = ForeignKeyField(EstateRow)
    sealed = Sealed()
    model = Text()
    created_at = Instant()
    expires_at = Instant()

    class Meta:
        table_name = "face_reference"
        indexes = ((("person", "estate"), False),)


class FaceRenewalRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    why = EnumText(Why)
    model = Text()
    transform = Number()
    begun_at = Instant()
    until = Instant()
    ended_at = Instant(null=True)

    class Meta:
        table_name = "face_renewal"
        indexes = ((("estate", "begun_at"), False),)
