"""Rows of the estate's reports, and of reminders that a consent ends."""

from __future__ import annotations

from peewee import CompositeKey, ForeignKeyField

from access.domain.consent import Channel
from access.domain.residency import Role
from adapters.db.fields import EnumText, Instant, Number, Text
from adapters.db.rows_base import Row
from adapters.db.rows_people import PersonRow
from adapters.db.rows_places import EstateRow


class ReportRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    number = Number()
    title_zh = Text()
    title_en = Text()
    body_zh = Text()
    body_en = Text()
    hash = Text()
    published_by = Text()
    published_at = Instant()

    class Meta:
        table_name = "owner_report"
        indexes = ((("estate", "number"), True),)


class AcknowledgementRow(Row):
    report = ForeignKeyField(ReportRow, index=False)
    person = ForeignKeyField(PersonRow)
    household_id = Text()
    role = EnumText(Role)
    channel = EnumText(Channel)
    at = Instant()

    class Meta:
        table_name = "report_acknowledgement"
        primary_key = CompositeKey("report", "person")


class ReminderRow(Row):
    """A reminder that was sent, so that it is sent once."""

    consent_id = Text()
    days = Number()
    sent_at = Instant(index=True)

    class Meta:
        table_name = "consent_reminder"
        primary_key = CompositeKey("consent_id", "days")
