"""Vendors' terminals that poll by serial number, and the cards that they hold."""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, BooleanField, CompositeKey, Database, Model, TextField

from adapters.db.fields import Sealed


class Table(Model):
    class Meta:
        legacy_table_names = False


class Terminal(Table):
    id = TextField(primary_key=True)
    serial = TextField(unique=True)
    doors = TextField()
    holds_cards = BooleanField()
    secret_hash = TextField()
    source = TextField()
    dialect = TextField()
    stamp = TextField()
    last_pin = BigIntegerField()

    class Meta:
        table_name = "terminal"


class TerminalCard(Table):
    terminal_id = TextField()
    pin = BigIntegerField()
    person_id = TextField()
    credential_id = TextField()
    number_sealed = Sealed()
    valid_to = BigIntegerField()
    state = TextField()
    due_at = BigIntegerField()
    attempts = BigIntegerField()

    class Meta:
        table_name = "terminal_card"
        primary_key = CompositeKey("terminal_id", "pin")
        indexes = ((("terminal_id", "person_id"), False), (("terminal_id", "state", "due_at"), False))


TABLES = (Terminal, TerminalCard)


def up(_migrator: Any, database: Database) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
