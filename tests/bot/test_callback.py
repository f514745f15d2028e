"""bot.callback: retries, duplicates, disorder, garbage and failures, through Flask on real stores."""

from __future__ import annotations

import base64
import logging
import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.domain.errors import ExternalSystemError
from access.domain.outbox import Task
from access.domain.people import App, Conversation
from access.stores import Stores
from adapters.db.database import PeeweeDatabase
from adapters.texts.toml_texts import TomlTexts
from bot.gateway import BODY_LIMIT_BYTES, GatewaySettings, Mode
from bot.state import Step
from standins.wechat.crypto import Cipher, signature
from tests.bot.conftest import Town, make_town
from tests.bot.phone import PATH, SETTINGS, Phone, WeChatServer, chat_app

HOSTILE = [
    "]]><Content>x</Content>",
    "{estate} {0} {person!r} %s ${jndi:ldap://x}",
    "'; DROP TABLE conversation; --",
    '" OR 1=1 --',
    "<script>alert(1)</script>",
    "{{7*7}} {% raw %}",
    "\u202e王\u0000小\u0008明",
    "../../etc/passwd",
]


def conversation(town: Town, openid: str = "oAlice") -> Conversation:
    account = town.house.keyring.account(App.OFFICIAL_ACCOUNT, openid)
    with town.house.db.reading() as stores:
        found = stores.chats.conversation(account)
    assert found is not None
    return found


def at_role(town: Town) -> Phone:
    phone = town.phone()
    phone.follow("e1")
    phone.say("1-101")
    return phone


# -- retries, duplicates, disorder -----------------------------------------------------------------------


def test_a_retry_gets_the_same_answer_and_moves_nothing(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    body = phone.text("1-101")
    first = town.wechat.words(body)
    version = conversation(town).version
    town.wired.clock.advance(5_000)
    assert [town.wechat.words(body), town.wechat.words(body)] == [first, first]
    assert conversation(town).version == version


def test_a_retry_after_others_still_gets_its_own_answer(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    body = phone.text("1-101")
    first = town.wechat.words(body)
    town.wired.clock.advance(1_000)
    assert "姓名" in phone.say("1")
    assert town.wechat.words(body) == first
    assert conversation(town).state == Step.NAME


def test_an_event_retried_is_the_same_event(town: Town) -> None:
    phone = town.phone()
    body = phone.event("subscribe", "qrscene_e1")
    assert town.wechat.words(body) == town.wechat.words(body)
    assert conversation(town).version == 1


def test_a_picture_retried_is_queued_once(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    phone.say_all("1-101", "1", "王小明", "1", "1", "3", "1", "1", "1")
    body = town.wechat.message("oAlice", MsgType="image", MediaId="m-1")
    assert len({town.wechat.words(body) for _ in range(3)}) == 1
    with town.house.db.reading() as stores:
        assert stores.outbox.waiting()[Task.FETCH_SAMPLE] == 1


def posted_at_once(wechat: WeChatServer, bodies: list[bytes]) -> list[str | None]:
    """Replies to requests that all wait at the same line."""
    line, replies = threading.Barrier(len(bodies)), dict[int, str | None]()

    def post(index: int) -> None:
        line.wait()
        replies[index] = wechat.words(bodies[index])

    threads = [threading.Thread(target=post, args=(index,)) for index in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [replies[index] for index in range(len(bodies))]


def test_the_same_message_three_times_at_once_is_one_step(database: PeeweeDatabase, texts: TomlTexts) -> None:
    town = make_town(database, texts)
    phone = at_role(town)
    phone.say_all("1", "王小明", "1")
    version = conversation(town).version
    replies = posted_at_once(town.wechat, [phone.text("1")] * 3)
    assert len(set(replies)) == 1
    assert "已提交 1-101" in str(replies[0])
    assert (conversation(town).state, conversation(town).version) == (Step.ENTRY, version + 1)
    with town.house.db.reading() as stores:
        assert len(stores.residencies.of_household(town.place.households["1-101"].id)) == 1


def test_different_messages_at_once_are_taken_one_after_the_other(
    database: PeeweeDatabase, texts: TomlTexts
) -> None:
    town = make_town(database, texts)
    phone = at_role(town)
    phone.say_all("1", "王小明", "1")
    version = conversation(town).version
    replies = posted_at_once(town.wechat, [phone.text("1") for _ in range(4)])
    assert all(replies)
    assert conversation(town).version == version + 4
    with town.house.db.reading() as stores:
        assert len(stores.residencies.of_household(town.place.households["1-101"].id)) == 1


def test_newcomers_at_once_have_a_conversation_each(database: PeeweeDatabase, texts: TomlTexts) -> None:
    town = make_town(database, texts)
    phones = [town.phone(f"oPerson{n}") for n in range(4)]
    replies = posted_at_once(town.wechat, [phone.event("subscribe", "qrscene_e1") for phone in phones])
    assert all("桂园" in str(reply) for reply in replies)
    assert {conversation(town, phone.openid).version for phone in phones} == {1}


def test_an_older_message_does_not_answer_a_newer_question(town: Town) -> None:
    phone = at_role(town)
    asked = town.wechat.now() - 1
    words = town.wechat.words(phone.text("1", created=asked - 30))
    assert "到得晚了" in str(words)
    assert conversation(town).state == Step.ROLE


def test_a_time_ahead_of_ours_does_not_make_the_rest_late(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    assert town.wechat.words(phone.text("1-101", created=town.wechat.now() + 3_600))
    town.wired.clock.advance(1_000)
    assert "姓名" in phone.say("1")


# -- what is stored --------------------------------------------------------------------------------------


def test_neither_openid_nor_answers_stand_in_the_clear(town: Town, tmp_path: Path) -> None:
    phone = town.phone("oVeryOwnOpenid")
    phone.follow("e1")
    phone.say_all("1-102", "1", "欧阳测试")
    kept = conversation(town, "oVeryOwnOpenid")
    assert set(kept.data) == {"estate", "building", "notice", "since", "following", "sealed", "asking", "told"}
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("kaimen.db*"))
    assert kept.account.encode() in raw
    for secret in ("oVeryOwnOpenid", "欧阳测试"):
        assert secret.encode() not in raw
    assert b"1-102" not in kept.data["sealed"].encode()


def test_logs_hold_nothing_of_what_was_said(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    phone = town.phone("oVeryOwnOpenid")
    phone.follow("e1")
    phone.say_all("1-102", "1", "欧阳测试", "1", "1")
    town.wechat.post(b"<xml>oVeryOwnOpenid</xml>")
    assert caplog.records
    everything = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "oVeryOwnOpenid" not in everything
    assert "欧阳测试" not in everything


# -- bad input -------------------------------------------------------------------------------------------


def test_set_up(town: Town) -> None:
    answer = town.wechat.app.test_client().get(PATH, query_string=town.wechat.query(echostr="8346213"))
    assert (answer.status_code, answer.data) == (200, b"8346213")
    refused = town.wechat.app.test_client().get(PATH, query_string={"echostr": "1"})
    assert (refused.status_code, refused.data) == (403, b"wechat.signature")


@pytest.mark.parametrize(
    ("query", "status"),
    [({}, 403), ({"signature": "0" * 40, "timestamp": "1", "nonce": "n"}, 403), ({"signature": "é"}, 403)],
)
def test_wrong_signatures_move_nothing(town: Town, query: dict[str, str], status: int) -> None:
    answer = town.wechat.app.test_client().post(PATH, data=town.phone().text("1"), query_string=query)
    assert answer.status_code == status
    with town.house.db.reading() as stores:
        account = town.house.keyring.account(App.OFFICIAL_ACCOUNT, "oAlice")
        assert stores.chats.conversation(account) is None


def test_an_old_request_is_refused(town: Town) -> None:
    query, body = town.wechat.query(), town.phone().text("1")
    town.wired.clock.advance(600_000)
    assert town.wechat.post(body, query).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"<xml>", 400),
        (b"\xff\xfe\x00", 400),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>', 400),
        (b"<xml><MsgType>text</MsgType></xml>", 400),
        (b"<xml>" + b"x" * BODY_LIMIT_BYTES + b"</xml>", 413),
    ],
)
def test_garbage_is_refused_by_its_status_alone(town: Town, body: bytes, status: int) -> None:
    answer = town.wechat.post(body)
    assert answer.status_code == status
    assert answer.data.startswith(b"wechat.")


@given(body=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_body_makes_a_server_error(town: Town, body: bytes) -> None:
    assert town.wechat.post(body).status_code == 400


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_in_every_field_is_only_text(town: Town, hostile: str) -> None:
    phone = town.phone()
    for body in (
        phone.event("subscribe", hostile),
        phone.event("SCAN", hostile),
        phone.event("CLICK", hostile),
        phone.event("subscribe", "qrscene_e1"),
        phone.text(hostile),
        town.wechat.message(phone.openid, MsgType="image", MediaId=hostile, PicUrl=hostile),
    ):
        response = town.wechat.post(body)
        assert response.status_code == 200 if "\0" not in hostile and "\b" not in hostile else 400
        town.wired.clock.advance(1_000)
    phone.follow("e1")
    phone.say_all("1-101", "1")
    named = phone.say("王" + hostile.replace("\0", "").replace("\b", "")[:30])
    if set("<>{}") & set(hostile):
        assert "要有文字" in named
        named = phone.say("王小明")
    assert "请核对" in named
    phone.say_all("1", "1", "1")
    assert conversation(town).state == Step.HOME


def test_a_name_comes_back_exactly_as_it_was_written(town: Town) -> None:
    phone = at_role(town)
    name = "阿卜杜拉·O'Neill-王 & ]]; --"
    assert name in phone.say_all("1", name)


# -- other deliveries ------------------------------------------------------------------------------------


def test_events_that_ask_for_nothing_are_only_acknowledged(town: Town) -> None:
    phone = at_role(town)
    version = conversation(town).version
    for event in ("VIEW", "TEMPLATESENDJOBFINISH", "subscribe_msg_popup_event", "something_new", "unsubscribe"):
        assert town.wechat.words(phone.event(event, "x")) is None
    assert conversation(town).state == Step.ROLE
    assert conversation(town).version == version + 5


@pytest.mark.parametrize("kind", ["voice", "video", "shortvideo", "location", "link", "hologram"])
def test_what_cannot_be_used_is_answered_with_the_question(town: Town, kind: str) -> None:
    words = at_role(town).send(kind)
    assert "文字和数字" in words
    assert "业主" in words


def test_safe_mode_answers_encrypted(town: Town) -> None:
    key = base64.b64encode(bytes(range(32))).decode().rstrip("=")
    safe = GatewaySettings(SETTINGS.token, SETTINGS.appid, Mode.SAFE, key)
    cipher = Cipher(safe.token, key, safe.appid)
    wechat = replace(town.wechat, app=chat_app(town.house, safe))
    encrypt = cipher.encrypt(town.phone().event("subscribe", "qrscene_e1").decode())
    signed = signature(safe.token, str(wechat.now()), "n", encrypt)
    answer = wechat.post(f"<xml><Encrypt>{encrypt}</Encrypt></xml>".encode(), wechat.query(msg_signature=signed))
    outer = fromstring(answer.data.decode())
    inner = fromstring(cipher.decrypt(outer.findtext("Encrypt") or ""))
    assert "桂园" in (inner.findtext("Content") or "")
    assert inner.findtext("ToUserName") == "oAlice"


# -- failures --------------------------------------------------------------------------------------------


class Failing:
    """A database that does not work."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def transaction(self) -> AbstractContextManager[Stores]:
        raise self.error

    def reading(self) -> AbstractContextManager[Stores]:
        raise self.error

    def data_version(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ExternalSystemError("database.unavailable", "locked"), "现在有点忙"),
        (ZeroDivisionError("oAlice said 王小明"), "抱歉，刚才出了问题"),
    ],
)
def test_a_failure_is_said_and_logged_and_is_no_server_error(
    town: Town, caplog: pytest.LogCaptureFixture, error: Exception, words: str
) -> None:
    broken = replace(town.wechat, app=chat_app(replace(town.house, db=Failing(error))))
    said = Phone(broken, "oAlice").say("王小明")
    assert words in said
    [record] = [r for r in caplog.records if r.name == "bot.callback"]
    assert record.levelno >= logging.WARNING
    assert "王小明" not in str(record.__dict__)
    if isinstance(error, ZeroDivisionError):
        assert record.__dict__["event"] in said


def test_what_failed_can_simply_be_sent_again(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    body = phone.text("1-101")
    broken = replace(town.wechat, app=chat_app(replace(town.house, db=Failing(ZeroDivisionError()))))
    assert "抱歉" in str(broken.words(body))
    assert "业主" in str(town.wechat.words(body))


def test_a_refusal_keeps_the_conversation_where_it_was(town: Town) -> None:
    phone = town.phone()
    phone.follow("e1")
    phone.say_all("1-101", "1", "王小明", "1", "1", "3", "1")
    with town.house.db.transaction() as stores:
        stores.places.save_estate(replace(town.place.estate, face_enabled=False))
    before = conversation(town).state
    assert "没有人脸开门" in phone.say("1")
    assert (before, conversation(town).state) == (Step.FACE_USE, Step.FACE_USE)
    assert "通行码" in phone.say("返回")
