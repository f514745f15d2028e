"""Rows of the hot path: passes, gates, commands, events."""

from __future__ import annotations

from peewee import SQL, BooleanField, CompositeKey, ForeignKeyField

from access.domain.commands import CommandState, Op
from access.domain.events import Opening
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.visits import PassKind
from adapters.db.fields import EnumText, Instant, Json, Number, RowId, Sealed, Text, TextSet
from adapters.db.rows_base import Row
from adapters.db.rows_people import PersonRow
from adapters.db.rows_places import EstateRow


class IssuedPassRow(Row):
    id = Text(primary_key=True)
    kind = EnumText(PassKind)
    estate = ForeignKeyField(EstateRow, index=False)
    person = ForeignKeyField(PersonRow, index=False)
    key_id = Number()
    access_point_set = Number()
    valid_from = Instant()
    valid_to = Instant(index=True)
    uses_allowed = Number()
    uses_taken = Number()
    name_sealed = Sealed()
    link_hash = Text(index=True)
    created_at = Instant()
    revoked_at = Instant(null=True)
    tell_host = BooleanField(constraints=[SQL("DEFAULT FALSE")])

    class Meta:
        table_name = "issued_pass"
        indexes = ((("person", "estate", "valid_to"), False), (("estate", "revoked_at"), False))


class PassStepRow(Row):
    """A step of a rolling pass that was presented at an access point."""

    pass_id = Text()
    step = Number()
    access_point_id = Text()
    taken_at = Instant()

    class Meta:
        table_name = "pass_step"
        primary_key = CompositeKey("pass_id", "step", "access_point_id")


class GateRow(Row):
    id = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow)
    name = Text()
    public_key = Sealed()
    access_point_ids = TextSet()
    epoch = Number()
    acked_epoch = Number()
    acked_seq = Number()
    seen_at = Instant()
    streaming = BooleanField()
    policy_version = Number()
    created_at = Instant()
    revoked_at = Instant(null=True)

    class Meta:
        table_name = "gate"


class GateClaimRow(Row):
    code_hash = Text(primary_key=True)
    estate = ForeignKeyField(EstateRow, index=False)
    name = Text()
    access_point_ids = TextSet()
    expires_at = Instant()
    created_by = Text()

    class Meta:
        table_name = "gate_claim"


class GateNonceRow(Row):
    gate_id = Text()
    nonce = Text()
    used_at = Instant(index=True)

    class Meta:
        table_name = "gate_nonce"
        primary_key = CompositeKey("gate_id", "nonce")


class GateTokenRow(Row):
    token_hash = Text(primary_key=True)
    gate_id = Text()
    expires_at = Instant(index=True)

    class Meta:
        table_name = "gate_token"


class GateSequenceRow(Row):
    """The last command number of a gate's epoch.

    A table of its own, so that issuing a command never waits for whoever notes the gate's presence.
    """

    gate_id = Text()
    epoch = Number()
    seq = Number()

    class Meta:
        table_name = "gate_sequence"
        primary_key = CompositeKey("gate_id", "epoch")


class GateCommandRow(Row):
    row_id = RowId()
    id = Text(unique=True)
    gate_id = Text()
    epoch = Number()
    seq = Number()
    op = EnumText(Op)
    access_point_id = Text(null=True)
    args = Json()
    issued_at = Instant()
    expires_at = Instant(index=True)
    actor = Text()
    state = EnumText(CommandState)
    finished_at = Instant(null=True, index=True)

    class Meta:
        table_name = "gate_command"
        indexes = ((("gate_id", "epoch", "seq"), True),)


class GateEventRow(Row):
    """An entry of a gate's own log, uploaded once."""

    gate_id = Text()
    epoch = Number()
    seq = Number()
    kind = Text()
    at = Instant()
    body = Json()

    class Meta:
        table_name = "gate_event"
        primary_key = CompositeKey("gate_id", "epoch", "seq")
        indexes = ((("gate_id", "at"), False),)


class AccessEventRow(Row):
    id = Text(primary_key=True)
    at = Instant()
    estate_id = Text()
    access_point_id = Text()
    gate_id = Text()
    method = EnumText(Method)
    granted = BooleanField()
    reason = EnumText(Reason, null=True)
    person_id = Text(null=True)
    pass_id = Text(null=True)
    credential_id = Text(null=True)
    opening = EnumText(Opening)
    opened_at = Instant(null=True)
    passed_back = BooleanField(constraints=[SQL("DEFAULT FALSE")])

    class Meta:
        table_name = "access_event"
        indexes = (
            (("estate_id", "at"), False),
            (("person_id", "at"), False),
            (("access_point_id", "at"), False),
        )
