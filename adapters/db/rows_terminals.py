"""Rows of vendors' terminals."""

from __future__ import annotations

from peewee import BooleanField, CompositeKey

from access.domain.terminals import CardState, Dialect
from adapters.db.fields import EnumText, Instant, Number, Sealed, Text, TextTuple
from adapters.db.rows_base import Row


class TerminalRow(Row):
    id = Text(primary_key=True)
    serial = Text(unique=True)
    doors = TextTuple()
    holds_cards = BooleanField()
    secret_hash = Text()
    source = Text()
    dialect = EnumText(Dialect)
    stamp = Text()
    last_pin = Number()

    class Meta:
        table_name = "terminal"


class TerminalCardRow(Row):
    terminal_id = Text()
    pin = Number()
    person_id = Text()
    credential_id = Text()
    number_sealed = Sealed()
    valid_to = Instant()
    state = EnumText(CardState)
    due_at = Instant()
    attempts = Number()

    class Meta:
        table_name = "terminal_card"
        primary_key = CompositeKey("terminal_id", "pin")
        indexes = ((("terminal_id", "person_id"), False), (("terminal_id", "state", "due_at"), False))
