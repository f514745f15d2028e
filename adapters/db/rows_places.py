"""Rows of estates and what stands in them."""

from __future__ import annotations

from peewee import SQL, BooleanField, CompositeKey, ForeignKeyField

from access.domain.challenges import ChallengeRule
from access.domain.consent import Channel
from access.domain.places import Method
from adapters.db.fields import EnumSet, EnumText, Number, Sealed, SpecialDays, Text, TextSet, WeekWindows
from adapters.db.rows_base import Row


class EstateRow(Row):
    id = Text(primary_key=True)
    number = Number(unique=True)
    name_zh = Text()
    name_en = Text()
    timezone = Text()
    processor = Text()
    contact = Text()
    face_enabled = BooleanField()
    secret = Sealed()
    pass_key_id = Number()
    pass_key_before = Number(null=True)
    policy_version = Number()

    class Meta:
        table_name = "estate"


class BuildingRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow)
    name_zh = Text()
    name_en = Text()

    class Meta:
        table_name = "building"


class HouseholdRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    building = ForeignKeyField(BuildingRow)
    label = Text()

    class Meta:
        table_name = "household"
        indexes = ((("estate", "label"), True),)


class AccessPointRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    number = Number()
    name_zh = Text()
    name_en = Text()
    building = ForeignKeyField(BuildingRow, null=True)
    methods = EnumSet(Method)
    relay_ms = Number()
    face_claim = BooleanField(constraints=[SQL("DEFAULT FALSE")])
    challenge = EnumText(ChallengeRule, constraints=[SQL("DEFAULT 'none'")])
    face_edge_only = BooleanField(constraints=[SQL("DEFAULT FALSE")])

    class Meta:
        table_name = "access_point"
        indexes = ((("estate", "number"), True),)


class ChannelChallengeRow(Row):
    """What a channel with video asks for where staff have chosen; without a row its default holds."""

    estate = ForeignKeyField(EstateRow, index=False)
    channel = EnumText(Channel)
    rule = EnumText(ChallengeRule)

    class Meta:
        table_name = "channel_challenge"
        primary_key = CompositeKey("estate", "channel")


class ScheduleRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow)
    name = Text()
    weekly = WeekWindows()
    special_days = SpecialDays()

    class Meta:
        table_name = "schedule"


class AccessRuleRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow)
    access_point = ForeignKeyField(AccessPointRow)
    schedule = ForeignKeyField(ScheduleRow)
    building = ForeignKeyField(BuildingRow, null=True)

    class Meta:
        table_name = "access_rule"


class AccessPointSetRow(Row):
    """An interned set: a pass carries its number. `digest` is SHA-256 over `members`, which may grow long."""

    estate = ForeignKeyField(EstateRow, index=False)
    number = Number()
    digest = Text()
    members = TextSet()

    class Meta:
        table_name = "access_point_set"
        primary_key = CompositeKey("estate", "number")
        indexes = ((("estate", "digest"), True),)
