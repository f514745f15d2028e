"""The contract of `People` and `Chats`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.errors import Conflict
from access.domain.people import App, Conversation, KeyKind, PhoneSession
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import ESTATE, NOW, OTHER_PERSON, PERSON, race

SESSION = PhoneSession("a" * 64, PERSON.id, App.MINI_PROGRAM, NOW, NOW + 1_000)
CHAT = Conversation("blind", "ask_name", {"household": "1-301", "姓": "王"}, 1, NOW)


def test_a_person_comes_back_and_can_be_closed(house: PeeweeDatabase) -> None:
    closed = replace(PERSON, name_sealed=b"", closed_at=NOW + 5)
    with house.transaction() as stores:
        assert stores.people.person(PERSON.id) == PERSON
        stores.people.save_person(closed)
        assert stores.people.person(PERSON.id) == closed
        assert stores.people.person("0" * 16) is None


def test_an_account_leads_to_one_person(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        people = stores.people
        people.link_account(PERSON.id, App.OFFICIAL_ACCOUNT, "blind", b"sealed")
        people.link_account(PERSON.id, App.OFFICIAL_ACCOUNT, "blind", b"sealed anew")
        assert people.person_of_account(App.OFFICIAL_ACCOUNT, "blind") == PERSON.id
        assert people.person_of_account(App.MINI_PROGRAM, "blind") is None
        assert people.accounts_of(PERSON.id) == {App.OFFICIAL_ACCOUNT: b"sealed anew"}
        with pytest.raises(Conflict) as caught:
            people.link_account(OTHER_PERSON.id, App.OFFICIAL_ACCOUNT, "blind", b"mine")
        assert caught.value.code == "account.linked"
        assert people.accounts_of(PERSON.id) == {App.OFFICIAL_ACCOUNT: b"sealed anew"}


def test_an_account_can_be_moved_and_unlinked(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        people = stores.people
        people.link_account(PERSON.id, App.OFFICIAL_ACCOUNT, "blind", b"sealed")
        people.move_account(App.OFFICIAL_ACCOUNT, "blind", OTHER_PERSON.id, b"sealed for other")
        assert people.person_of_account(App.OFFICIAL_ACCOUNT, "blind") == OTHER_PERSON.id
        assert people.accounts_of(PERSON.id) == {}
        people.unlink_accounts(OTHER_PERSON.id)
        assert people.person_of_account(App.OFFICIAL_ACCOUNT, "blind") is None


def test_a_destroyed_key_is_gone_and_others_stay(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        people = stores.people
        people.save_key(PERSON.id, KeyKind.IDENTITY, b"identity")
        people.save_key(PERSON.id, KeyKind.FACE, b"face", ESTATE.id)
        people.save_key(PERSON.id, KeyKind.FACE, b"face anew", ESTATE.id)
        assert people.key(PERSON.id, KeyKind.FACE, ESTATE.id) == b"face anew"
        assert people.key(PERSON.id, KeyKind.FACE) is None
        assert people.destroy_key(PERSON.id, KeyKind.FACE, ESTATE.id)
        assert not people.destroy_key(PERSON.id, KeyKind.FACE, ESTATE.id)
        assert people.key(PERSON.id, KeyKind.FACE, ESTATE.id) is None
        assert people.key(PERSON.id, KeyKind.IDENTITY) == b"identity"


def test_phone_sessions(house: PeeweeDatabase) -> None:
    other = replace(SESSION, token_hash="b" * 64)
    with house.transaction() as stores:
        people = stores.people
        people.save_session(SESSION)
        people.save_session(other)
        people.save_session(replace(SESSION, expires_at=NOW + 9_000))
        assert people.session(SESSION.token_hash) == replace(SESSION, expires_at=NOW + 9_000)
        people.drop_session(SESSION.token_hash)
        assert people.session(SESSION.token_hash) is None
        people.drop_sessions_of(PERSON.id)
        assert people.session(other.token_hash) is None


def test_a_bind_token_is_taken_once_and_in_time(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        people = stores.people
        people.save_bind_token("t", PERSON.id, NOW + 10)
        people.save_bind_token("late", PERSON.id, NOW + 10)
        assert people.take_bind_token("t", NOW + 9) == PERSON.id
        assert people.take_bind_token("t", NOW + 9) is None
        assert people.take_bind_token("late", NOW + 10) is None
        assert people.take_bind_token("unknown", NOW) is None


def test_one_of_many_takes_the_bind_token(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.people.save_bind_token("t", PERSON.id, NOW + 10)
    assert race(house, 40, 8, lambda stores, _: stores.people.take_bind_token("t", NOW) is not None) == 1


def test_the_second_writer_of_a_conversation_loses(house: PeeweeDatabase) -> None:
    second = replace(CHAT, state="ask_role", version=2)
    with house.transaction() as stores:
        chats = stores.chats
        assert chats.save_conversation(CHAT)
        assert chats.conversation("blind") == CHAT
        assert not chats.save_conversation(CHAT)
        assert chats.save_conversation(second)
        assert not chats.save_conversation(replace(second, state="other"))
        assert chats.conversation("blind") == second
        assert not chats.save_conversation(replace(CHAT, account="unknown", version=2))


def test_one_of_many_moves_a_conversation_on(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.chats.save_conversation(CHAT)
    step = replace(CHAT, version=2)
    assert race(house, 40, 8, lambda stores, _: stores.chats.save_conversation(step)) == 1


def test_a_message_is_first_seen_once_and_keeps_its_answer(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        chats = stores.chats
        assert chats.first_seen("message", NOW)
        assert not chats.first_seen("message", NOW + 1)
        assert chats.answer("message") is None
        chats.keep_answer("message", b"sealed reply")
        assert chats.answer("message") == b"sealed reply"
        assert chats.answer("unknown") is None


def test_one_of_many_deliveries_is_the_first(house: PeeweeDatabase) -> None:
    assert race(house, 60, 6, lambda stores, number: stores.chats.first_seen(f"m{number % 3}", NOW)) == 3


def test_old_messages_and_idle_conversations_are_forgotten(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        chats = stores.chats
        chats.first_seen("old", NOW)
        chats.first_seen("new", NOW + 10)
        chats.save_conversation(CHAT)
        chats.save_conversation(replace(CHAT, account="lively", updated_at=NOW + 10))
        assert chats.forget_before(NOW + 10) == 2
        assert chats.first_seen("old", NOW + 10)
        assert not chats.first_seen("new", NOW + 10)
        assert chats.conversation(CHAT.account) is None
        assert chats.conversation("lively") is not None
