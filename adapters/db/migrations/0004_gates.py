"""Passes, gates, commands, events."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, BooleanField, CompositeKey, Database, Model, TextField

from adapters.db.fields import RowId, Sealed


def references(table: str) -> SQL:
    return SQL(f'REFERENCES "{table}" ("id")')


class Table(Model):
    class Meta:
        legacy_table_names = False


class IssuedPass(Table):
    id = TextField(primary_key=True)
    kind = TextField()
    estate_id = TextField(constraints=[references("estate")])
    person_id = TextField(constraints=[references("person")])
    key_id = BigIntegerField()
    access_point_set = BigIntegerField()
    valid_from = BigIntegerField()
    valid_to = BigIntegerField(index=True)
    uses_allowed = BigIntegerField()
    uses_taken = BigIntegerField()
    name_sealed = Sealed()
    link_hash = TextField(index=True)
    created_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)

    class Meta:
        table_name = "issued_pass"
        indexes = ((("person_id", "estate_id", "valid_to"), False), (("estate_id", "revoked_at"), False))


class PassStep(Table):
    pass_id = TextField()
    step = BigIntegerField()
    access_point_id = TextField()
    taken_at = BigIntegerField()

    class Meta:
        table_name = "pass_step"
        primary_key = CompositeKey("pass_id", "step", "access_point_id")


class Gate(Table):
    id = TextField(primary_key=True)
    estate_id = TextField(index=True, constraints=[references("estate")])
    name = TextField()
    public_key = Sealed()
    access_point_ids = TextField()
    epoch = BigIntegerField()
    acked_epoch = BigIntegerField()
    acked_seq = BigIntegerField()
    seen_at = BigIntegerField()
    streaming = BooleanField()
    policy_version = BigIntegerField()
    created_at = BigIntegerField()
    revoked_at = BigIntegerField(null=True)

    class Meta:
        table_name = "gate"


class GateClaim(Table):
    code_hash = TextField(primary_key=True)
    estate_id = TextField(constraints=[references("estate")])
    name = TextField()
    access_point_ids = TextField()
    expires_at = BigIntegerField()
    created_by = TextField()

    class Meta:
        table_name = "gate_claim"


class GateNonce(Table):
    gate_id = TextField()
    nonce = TextField()
    used_at = BigIntegerField(index=True)

    class Meta:
        table_name = "gate_nonce"
        primary_key = CompositeKey("gate_id", "nonce")


class GateToken(Table):
    token_hash = TextField(primary_key=True)
    gate_id = TextField()
    expires_at = BigIntegerField(index=True)

    class Meta:
        table_name = "gate_token"


class GateSequence(Table):
    gate_id = TextField()
    epoch = BigIntegerField()
    seq = BigIntegerField()

    class Meta:
        table_name = "gate_sequence"
        primary_key = CompositeKey("gate_id", "epoch")


class GateCommand(Table):
    row_id = RowId()
    id = TextField(unique=True)
    gate_id = TextField()
    epoch = BigIntegerField()
    seq = BigIntegerField()
    op = TextField()
    access_point_id = TextField(null=True)
    args = TextField()
    issued_at = BigIntegerField()
    expires_at = BigIntegerField(index=True)
    actor = TextField()
    state = TextField()
    finished_at = BigIntegerField(index=True, null=True)

    class Meta:
        table_name = "gate_command"
        indexes = ((("gate_id", "epoch", "seq"), True),)


class GateEvent(Table):
    gate_id = TextField()
    epoch = BigIntegerField()
    seq = BigIntegerField()
    kind = TextField()
    at = BigIntegerField()
    body = TextField()

    class Meta:
        table_name = "gate_event"
        primary_key = CompositeKey("gate_id", "epoch", "seq")
        indexes = ((("gate_id", "at"), False),)


class AccessEvent(Table):
    id = TextField(primary_key=True)
    at = BigIntegerField()
    estate_id = TextField()
    access_point_id = TextField()
    gate_id = TextField()
    method = TextField()
    granted = BooleanField()
    reason = TextField(null=True)
    person_id = TextField(null=True)
    pass_id = TextField(null=True)
    credential_id = TextField(null=True)
    opening = TextField()
    opened_at = BigIntegerField(null=True)

    class Meta:
        table_name = "access_event"
        indexes = ((("estate_id", "at"), False), (("person_id", "at"), False), (("access_point_id", "at"), False))


TABLES = (
    IssuedPass,
    PassStep,
    Gate,
    GateClaim,
    GateNonce,
    GateToken,
    GateSequence,
    GateCommand,
    GateEvent,
    AccessEvent,
)


def up(_migrator: Any, database: Database) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
