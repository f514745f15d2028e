"""Rows of the promise: assessments, filings, disclosures, rights requests, audit heads, the platform's keys."""

from __future__ import annotations

from peewee import BooleanField, CompositeKey, ForeignKeyField

from access.domain.assessment import Mark
from access.domain.disclosure import CaseState
from access.domain.disclosure import Field as DisclosedField
from access.domain.rights import RightsKind, RightsState
from adapters.db.fields import EnumSet, EnumText, Instant, Number, Sealed, Text
from adapters.db.rows_base import Row
from adapters.db.rows_people import PersonRow
from adapters.db.rows_places import EstateRow


class AssessmentRow(Row):
    """`attachment` is sealed under the estate's document key."""

    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    purpose = Text()
    effects = Text()
    measures = Text()
    officer = Text()
    attachment_name = Text()
    attachment_hash = Text()
    attachment = Sealed()
    filed_by = Text()
    filed_at = Instant()
    review_by = Instant()
    mark = EnumText(Mark, null=True)
    marked_at = Instant(null=True)

    class Meta:
        table_name = "impact_assessment"
        indexes = ((("estate", "filed_at"), False),)


class FilingRow(Row):
    threshold = Number(primary_key=True)
    people = Number()
    reached_at = Instant()
    due_at = Instant(null=True)
    filed_at = Instant(null=True)

    class Meta:
        table_name = "face_filing"


class CaseRow(Row):
    """`scan` is sealed under the estate's document key."""

    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    agency = Text()
    document = Text()
    scan_hash = Text()
    scan = Sealed()
    article = Text()
    person_id = Text(null=True)
    access_point_id = Text(null=True)
    since = Instant()
    until = Instant()
    fields = EnumSet(DisclosedField)
    state = EnumText(CaseState)
    opened_by = Text()
    opened_at = Instant()
    tell_at = Instant()
    exported_by = Text(null=True)
    exported_at = Instant(null=True)
    export_hash = Text(null=True)
    told_at = Instant(null=True)

    class Meta:
        table_name = "disclosure_case"
        indexes = ((("estate", "opened_at"), False), (("state", "tell_at"), False))


class ApprovalRow(Row):
    case = ForeignKeyField(CaseRow, index=False)
    staff_id = Text()
    given = BooleanField()
    at = Instant()

    class Meta:
        table_name = "disclosure_approval"
        primary_key = CompositeKey("case", "staff_id")


class RightsRequestRow(Row):
    id = Text(primary_key=True)
    person = ForeignKeyField(PersonRow)
    estate = ForeignKeyField(EstateRow, index=False)
    kind = EnumText(RightsKind)
    state = EnumText(RightsState)
    words_sealed = Sealed()
    about = Text()
    asked_at = Instant()
    due_at = Instant()
    decided_at = Instant(null=True)
    decided_by = Text(null=True)
    answer = Text()

    class Meta:
        table_name = "rights_request"
        indexes = ((("estate", "state", "due_at"), False),)


class AuditHeadRow(Row):
    day = Text(primary_key=True)
    seq = Number()
    hash = Text()
    at = Instant()
    signature = Text()

    class Meta:
        table_name = "audit_head"


class PlatformKeyRow(Row):
    """A wrapped secret of the platform, by name."""

    name = Text(primary_key=True)
    secret = Sealed()

    class Meta:
        table_name = "platform_key"
