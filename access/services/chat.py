"""Conversations of the official account: each message moves one once, and a retry gets the same answer again.

A message is handled in one transaction: what was said before, what follows from it, the new state and the kept
answer stand or fall together. Services that a turn calls join the transaction through the house that the turn is
given. A writer who was overtaken starts again from what the other left.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from access.domain.errors import Conflict
from access.domain.people import Conversation
from access.services.house import House
from access.stores import Database, Stores

TRIES = 5
_RACED = "database.integrity"
"""Somebody else inserted the same row first; what they wrote is seen on the next try."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One inbound message.

    Attributes:
        account: blind index of the openid.
        key: the same for every retry of the message.
    """

    account: str
    key: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation as the bot sees it.

    Attributes:
        step: the open question.
        fields: ids; stored in the clear.
        private: what the person has told; stored sealed.
        following: whether the person follows the account, so that messages may be sent.
    """

    step: str
    fields: Mapping[str, str] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict, repr=False)
    following: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a message led, and the words it is answered with; None answers nothing."""

    chat: Chat
    answer: str | None = field(repr=False)


TakeTurn = Callable[[House, Chat | None], Turn]


def converse(house: House, delivery: Delivery, turn: TakeTurn) -> str | None:
    """Answer one delivery: by the kept answer of a retry, else by `turn`.

    Args:
        turn: given the house within the transaction and the conversation so far. It may be called again.

    Raises:
        Conflict: ``chat.busy`` when others were first, every time.
        KaimenError: whatever `turn` raises; nothing of the delivery is then kept.
    """
    for _ in range(TRIES):
        try:
            with house.db.transaction() as stores:
                return _once(house, stores, delivery, turn)
        except _OvertakenError:
            continue
        except Conflict as error:
            if error.code != _RACED:
                raise
    raise Conflict("chat.busy", "the conversation changed under every try")


def follows(stores: Stores, account: str) -> bool:
    """Whether messages may be sent: False once the person unfollowed the account."""
    kept = stores.chats.conversation(account)
    return kept is None or kept.data.get("following") != "no"


@dataclass(frozen=True, slots=True)
class _Joined:
    """A `Database` whose transactions are part of one that is open already."""

    outer: Database
    stores: Stores

    @contextmanager
    def transaction(self) -> Iterator[Stores]:
        yield self.stores

    @contextmanager
    def reading(self) -> Iterator[Stores]:
        yield self.stores

    def data_version(self) -> int:
        return self.outer.data_version()


class _OvertakenError(Exception):
    """Another message of the same person was written first."""


def _once(house: House, stores: Stores, delivery: Delivery, turn: TakeTurn) -> str | None:
    now = house.clock.now()
    if not stores.chats.first_seen(delivery.key, now):
        return _kept_answer(house, stores, delivery)
    before = stores.chats.conversation(delivery.account)
    inside = replace(house, db=_Joined(house.db, stores))
    after = turn(inside, None if before is None else _opened(house, before))
    version = 1 if before is None else before.version + 1
    row = Conversation(delivery.account, after.chat.step, _closed(house, delivery, after.chat), version, now)
    if not stores.chats.save_conversation(row):
        raise _OvertakenError
    if after.answer is not None:
        sealed = house.keyring.seal_chat(after.answer.encode(), delivery.account)
        stores.chats.keep_answer(delivery.key, sealed)
    return after.answer


def _kept_answer(house: House, stores: Stores, delivery: Delivery) -> str | None:
    sealed = stores.chats.answer(delivery.key)
    return None if sealed is None else house.keyring.open_chat(sealed, delivery.account).decode()


def _closed(house: House, delivery: Delivery, chat: Chat) -> dict[str, str]:
    data = {**chat.fields, "following": "yes" if chat.following else "no"}
    if chat.private:
        plain = json.dumps(dict(chat.private), ensure_ascii=False).encode()
        data["sealed"] = b64encode(house.keyring.seal_chat(plain, delivery.account)).decode()
    return data


def _opened(house: House, row: Conversation) -> Chat:
    fields = dict(row.data)
    following = fields.pop("following", "yes") != "no"
    sealed = fields.pop("sealed", "")
    private: dict[str, str] = {}
    if sealed:
        private = json.loads(house.keyring.open_chat(b64decode(sealed), row.account))
    return Chat(row.state, fields, private, following)
