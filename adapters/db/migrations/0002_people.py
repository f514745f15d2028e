"""People, accounts, keys, sessions, chats."""

from __future__ import annotations

from typing import Any

from peewee import SQL, BigIntegerField, CompositeKey, Database, Model, TextField

from adapters.db.fields import Sealed


def references(table: str) -> SQL:
    return SQL(f'REFERENCES "{table}" ("id")')


class Table(Model):
    class Meta:
        legacy_table_names = False


class Person(Table):
    id = TextField(primary_key=True)
    name_sealed = Sealed()
    phone_sealed = Sealed()
    birth_year_month = TextField()
    language = TextField()
    created_at = BigIntegerField()
    closed_at = BigIntegerField(null=True)

    class Meta:
        table_name = "person"


class Account(Table):
    app = TextField()
    account = TextField()
    person_id = TextField(index=True, constraints=[references("person")])
    openid_sealed = Sealed()

    class Meta:
        table_name = "account"
        primary_key = CompositeKey("app", "account")


class PersonKey(Table):
    person_id = TextField(constraints=[references("person")])
    kind = TextField()
    estate_id = TextField()
    wrapped = Sealed()

    class Meta:
        table_name = "person_key"
        primary_key = CompositeKey("person_id", "kind", "estate_id")


class PhoneSession(Table):
    token_hash = TextField(primary_key=True)
    person_id = TextField(index=True, constraints=[references("person")])
    app = TextField()
    created_at = BigIntegerField()
    expires_at = BigIntegerField()

    class Meta:
        table_name = "phone_session"


class BindToken(Table):
    token_hash = TextField(primary_key=True)
    person_id = TextField(index=True, constraints=[references("person")])
    expires_at = BigIntegerField()

    class Meta:
        table_name = "bind_token"


class Conversation(Table):
    account = TextField(primary_key=True)
    state = TextField()
    data = TextField()
    version = BigIntegerField()
    updated_at = BigIntegerField(index=True)

    class Meta:
        table_name = "conversation"


class ChatMessage(Table):
    key = TextField(primary_key=True)
    seen_at = BigIntegerField(index=True)
    answer = Sealed(null=True)

    class Meta:
        table_name = "chat_message"


TABLES = (Person, Account, PersonKey, PhoneSession, BindToken, Conversation, ChatMessage)


def up(_migrator: Any, database: Database) -> None:
    with database.bind_ctx(TABLES):
        for table in TABLES:
            table.create_table()
