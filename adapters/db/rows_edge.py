"""Rows of faces that stay in the gates: that they stand there, never what they are."""

from __future__ import annotations

from peewee import BooleanField

from access.domain.edge_faces import EdgeState
from adapters.db.fields import EnumText, Instant, Text
from adapters.db.rows_base import Row


class EdgeFaceRow(Row):
    id = Text(primary_key=True)
    person_id = Text()
    estate_id = Text()
    state = EnumText(EdgeState)
    gate_id = Text(null=True)
    ticket_hash = Text(unique=True)
    ticket_until = Instant()
    asked_by = Text()
    created_at = Instant()
    model = Text()
    enrolled_at = Instant(null=True)
    expires_at = Instant()

    class Meta:
        table_name = "edge_face"
        indexes = ((("person_id", "estate_id"), False), (("estate_id", "state"), False), (("gate_id",), False))


class EdgeGateRow(Row):
    gate_id = Text(primary_key=True)
    available = BooleanField()
    why = Text()
    model = Text()
    reported_at = Instant()

    class Meta:
        table_name = "edge_gate"
