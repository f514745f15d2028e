"""Renewals of an estate's face references, and with them the number of its secret transform."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, Database, Model, TextField


class FaceRenewal(Model):
    id = TextField(primary_key=True)
    estate_id = TextField(constraints=[SQL('REFERENCES "estate" ("id")')])
    why = TextField()
    model = TextField()
    transform = BigIntegerField()
    begun_at = BigIntegerField()
    until = BigIntegerField()
    ended_at = BigIntegerField(null=True)

    class Meta:
        legacy_table_names = False
        table_name = "face_renewal"
        indexes = ((("estate_id", "begun_at"), False),)


def up(_migrator: Any, database: Database) -> None:
    with database.bind_ctx([FaceRenewal]):
        FaceRenewal.create_table()
