"""Rows of people: sealed fields, accounts, keys, sessions, chats."""

from __future__ import annotations

from peewee import CompositeKey, ForeignKeyField

from access.domain.people import App, KeyKind
from adapters.db.fields import EnumText, Instant, Json, Number, Sealed, Text
from adapters.db.rows_base import Row


class PersonRow(Row):
    id = Text(primary_key=True)
    name_sealed = Sealed()
    phone_sealed = Sealed()
    birth_year_month = Text()
    language = Text()
    created_at = Instant()
    closed_at = Instant(null=True)

    class Meta:
        table_name = "person"


class AccountRow(Row):
    """`account` is the blind index of an openid."""

    app = EnumText(App)
    account = Text()
    person = ForeignKeyField(PersonRow)
    openid_sealed = Sealed()

    class Meta:
        table_name = "account"
        primary_key = CompositeKey("app", "account")


class PersonKeyRow(Row):
    """`estate_id` is empty for a key that is not of one estate."""

    person = ForeignKeyField(PersonRow, index=False)
    kind = EnumText(KeyKind)
    estate_id = Text()
    wrapped = Sealed()

    class Meta:
        table_name = "person_key"
        primary_key = CompositeKey("person", "kind", "estate_id")


class PhoneSessionRow(Row):
    token_hash = Text(primary_key=True)
    person = ForeignKeyField(PersonRow)
    app = EnumText(App)
    created_at = Instant()
    expires_at = Instant()

    class Meta:
        table_name = "phone_session"


class BindTokenRow(Row):
    token_hash = Text(primary_key=True)
    person = ForeignKeyField(PersonRow)
    expires_at = Instant()

    class Meta:
        table_name = "bind_token"


class ConversationRow(Row):
    account = Text(primary_key=True)
    state = Text()
    data = Json()
    version = Number()
    updated_at = Instant(index=True)

    class Meta:
        table_name = "conversation"


class ChatMessageRow(Row):
    """An inbound message that was seen, and the sealed answer to give again."""

    key = Text(primary_key=True)
    seen_at = Instant(index=True)
    answer = Sealed(null=True)

    class Meta:
        table_name = "chat_message"
