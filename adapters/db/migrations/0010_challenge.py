"""The challenge of channels with video: rules, open challenges, the movement of an enrolment."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, CompositeKey, Model, SqliteDatabase, TextField


class ChannelChallenge(Model):
    estate_id = TextField(constraints=[SQL('REFERENCES "estate" ("id")')])
    channel = TextField()
    rule = TextField()

    class Meta:
        legacy_table_names = False
        table_name = "channel_challenge"
        primary_key = CompositeKey("estate_id", "channel")


class FaceChallenge(Model):
    subject = TextField(primary_key=True)
    id = TextField()
    estate_id = TextField(constraints=[SQL('REFERENCES "estate" ("id")')], index=True)
    movement = TextField()
    issued_at = BigIntegerField()
    expires_at = BigIntegerField(index=True)
    used_by = TextField(null=True)

    class Meta:
        legacy_table_names = False
        table_name = "face_challenge"


def up(_migrator: Any, database: Any) -> None:
    # SQLite would build a table anew for a column without a default, and rows of others point to it
    truth = "INTEGER" if isinstance(database, SqliteDatabase) else "BOOLEAN"
    database.execute_sql('ALTER TABLE "access_point" ADD COLUMN "challenge" TEXT NOT NULL DEFAULT \'none\'')
    database.execute_sql('ALTER TABLE "enrolment" ADD COLUMN "movement" TEXT')
    database.execute_sql(f'ALTER TABLE "enrolment" ADD COLUMN "in_person" {truth} NOT NULL DEFAULT FALSE')
    with database.bind_ctx([ChannelChallenge, FaceChallenge]):
        ChannelChallenge.create_table()
        FaceChallenge.create_table()
