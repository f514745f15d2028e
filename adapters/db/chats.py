"""Conversations and answered messages, in SQL."""

from __future__ import annotations

from access.domain.people import Conversation
from adapters.db.rows_people import ConversationRow
from adapters.db.session import Session
from adapters.db.table import Table

_CONVERSATIONS = Table(ConversationRow, Conversation)


class SqlChats:
    """`access.stores.Chats`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def conversation(self, account: str) -> Conversation | None:
        return _CONVERSATIONS.one(self._session, "WHERE account = ?", account)

    def save_conversation(self, conversation: Conversation) -> bool:
        if conversation.version == 1:
            return _CONVERSATIONS.insert_once(self._session, conversation)
        written = _CONVERSATIONS.update(
            self._session,
            conversation,
            "account = ? AND version = ?",
            conversation.account,
            conversation.version - 1,
        )
        return written == 1

    def first_seen(self, key: str, at: int) -> bool:
        inserted = self._session.run(
            "INSERT INTO chat_message (key, seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING", key, at
        )
        return inserted == 1

    def keep_answer(self, key: str, answer: bytes) -> None:
        self._session.run("UPDATE chat_message SET answer = ? WHERE key = ?", answer, key)

    def answer(self, key: str) -> bytes | None:
        row = self._session.one("SELECT answer FROM chat_message WHERE key = ?", key)
        return bytes(row[0]) if row and row[0] is not None else None

    def forget_before(self, at: int) -> int:
        """Messages seen before, and conversations that stood still since before."""
        messages = self._session.run("DELETE FROM chat_message WHERE seen_at < ?", at)
        return messages + self._session.run("DELETE FROM conversation WHERE updated_at < ?", at)
