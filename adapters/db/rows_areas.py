"""Rows of areas (anti-passback) and of the estates' duress codes."""

from __future__ import annotations

from peewee import ForeignKeyField

from access.domain.passback import PassbackMode
from adapters.db.fields import EnumText, Instant, Number, Text, TextSet
from adapters.db.rows_base import Row
from adapters.db.rows_places import EstateRow


class AreaRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow)
    name_zh = Text()
    name_en = Text()
    mode = EnumText(PassbackMode)
    forgive_minutes = Number()
    nightly = Number(null=True)
    reset_at = Instant()
    ways_in = TextSet()
    ways_out = TextSet()

    class Meta:
        table_name = "area"


class DuressCodeRow(Row):
    """`token` is the keyed hash of the code, as gates hold it; the code itself is nowhere."""

    estate = ForeignKeyField(EstateRow, primary_key=True)
    token = Text()

    class Meta:
        table_name = "duress_code"
