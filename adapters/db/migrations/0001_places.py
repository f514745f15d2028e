"""Estates and what stands in them."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, BooleanField, CompositeKey, Database, Model, TextField

from adapters.db.fields import Sealed


def references(table: str) -> SQL:
    return SQL(f'REFERENCES "{table}" ("id")')


class Table(Model):
    class Meta:
        legacy_table_names = False


class Estate(Table):
    id = TextField(primary_key=True)
    number = BigIntegerField(unique=True)
    name_zh = TextField()
    name_en = TextField()
    timezone = TextField()
    processor = TextField()
    contact = TextField()
    face_enabled = BooleanField()
    secret = Sealed()
    pass_key_id = BigIntegerField()
    pass_key_before = BigIntegerField(null=True)
    policy_version = BigIntegerField()

    class Meta:
        table_name = "estate"


class Building(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(index=True, constraints=[references("estate")])
    name_zh = TextField()
    name_en = TextField()

    class Meta:
        table_name = "building"


class Household(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(constraints=[references("estate")])
    building_id = TextField(index=True, constraints=[references("building")])
    label = TextField()

    class Meta:
        table_name = "household"
        indexes = ((("estate_id", "label"), True),)


class AccessPoint(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(constraints=[references("estate")])
    number = BigIntegerField()
    name_zh = TextField()
    name_en = TextField()
    building_id = TextField(index=True, null=True, constraints=[references("building")])
    methods = TextField()
    relay_ms = BigIntegerField()

    class Meta:
        table_name = "access_point"
        indexes = ((("estate_id", "number"), True),)


class Schedule(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(index=True, constraints=[references("estate")])
    name = TextField()
    weekly = TextField()
    special_days = TextField()

    class Meta:
        table_name = "schedule"


class AccessRule(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(index=True, constraints=[references("estate")])
    access_point_id = TextField(index=True, constraints=[references("access_point")])
    schedule_id = TextField(index=True, constraints=[references("schedule")])
    building_id = TextField(index=True, null=True, constraints=[references("building")])

    class Meta:
        table_name = "access_rule"


class AccessPointSet(Table):
    estate_id = TextField(constraints=[references("estate")])
    number = BigIntegerField()
    digest = TextField()
    members = TextField()

    class Meta:
        table_name = "access_point_set"
        primary_key = CompositeKey("estate_id", "number")
        indexes = ((("estate_id", "digest"), True),)


TABLES = (Estate, Building, Household, AccessPoint, Schedule, AccessRule, AccessPointSet)


def up(_migrator: Any, database: Database) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
