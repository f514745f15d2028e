"""The stand-in posts like WeChat: signed in each mode, three tries, replies read strictly."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from bot.gateway import Inbound, Kind, News, Text
from standins.wechat.chat import Message
from standins.wechat.options import Mode, StandInOptions
from tests.standins.conftest import Pair


def last(pair: Pair, person: str = "chen") -> Message:
    return pair.sim.messages(person)[-1]


def test_text_and_reply_in_each_mode(pair_in_mode: Pair, mode: Mode) -> None:
    pair = pair_in_mode
    pair.service.answer = lambda inbound: Text(f"收到：{inbound.content}") if inbound.content else None
    pair.sim.follow("chen")
    delivery = pair.sim.send_text("chen", "3栋 501 ]]> <x>&")
    assert (delivery.tries, delivery.replied, delivery.error) == (["200"], True, "")
    follow, text = pair.service.inbound
    assert (follow.event, follow.event_key) == ("subscribe", "")
    assert (text.content, text.openid) == ("3栋 501 ]]> <x>&", pair.sim.openid("chen"))
    assert text.msg_id == delivery.msg_id
    assert text.encrypted is (mode is not Mode.PLAIN)
    assert (last(pair).via, last(pair).text) == ("reply", "收到：3栋 501 ]]> <x>&")


def test_a_picture_can_be_fetched_by_its_address(pair: Pair) -> None:
    pair.sim.follow("chen")
    pair.sim.send_image("chen", b"\xff\xd8\xff picture")
    inbound = pair.service.inbound[-1]
    assert inbound.kind is Kind.IMAGE
    with pair.sim.browser("chen") as browser:
        answer = browser.get(inbound.pic_url)
    assert (answer.content, answer.headers["content-type"]) == (b"\xff\xd8\xff picture", "image/jpeg")


def test_an_article_is_shown(pair: Pair) -> None:
    pair.service.answer = lambda _inbound: News("通行码", "每分钟更新", "http://127.0.0.1:9/pass")
    pair.sim.follow("chen")
    assert (last(pair).kind, last(pair).text, last(pair).url) == ("news", "通行码", "http://127.0.0.1:9/pass")


def test_no_reply_shows_nothing(pair: Pair) -> None:
    delivery = pair.sim.follow("chen")
    assert (delivery.tries, delivery.replied) == (["200"], False)
    assert [one.sender for one in pair.sim.messages("chen")] == ["person"]


def test_a_silent_service_is_tried_three_times_with_one_msg_id(pair: Pair) -> None:
    pair.sim.follow("chen")
    pair.service.silent = threading.Event()
    delivery = pair.sim.send_text("chen", "hello")
    pair.service.silent.set()
    assert (delivery.tries, delivery.error) == (["timeout"] * 3, "timeout")
    keys = [one.dedupe_key for one in pair.service.inbound[1:]]
    assert keys == [f"message:{delivery.msg_id}"] * 3
    assert len({query["nonce"] for query in pair.service.queries[1:]}) == 3
    assert last(pair).kind == "error"


def test_retries_of_an_event_have_one_key(pair: Pair) -> None:
    pair.service.status = 503
    assert pair.sim.follow("chen").tries == ["503"] * 3
    assert len(pair.service.inbound) == 3
    assert len({one.dedupe_key for one in pair.service.inbound}) == 1


def test_a_service_with_another_token_refuses_and_the_person_sees_it(pair: Pair) -> None:
    pair.service.settings = replace(pair.service.settings, token="another")
    assert pair.sim.follow("chen").error == "400"
    assert set(pair.service.refusals) == {"wechat.signature"}
    assert "out of order" in last(pair).text


def test_an_answer_to_an_unfollow_reaches_nobody(pair: Pair) -> None:
    pair.service.answer = lambda _inbound: Text("再见")
    pair.sim.follow("chen")
    assert pair.sim.unfollow("chen").tries == ["200"]
    assert [one.text for one in pair.sim.messages("chen") if one.sender == "account"] == ["再见"]


def test_a_moved_clock_does_not_make_messages_stale(pair: Pair) -> None:
    pair.sim.advance_clock(86_400)
    assert pair.sim.follow("chen").error == ""


def test_nobody_listens(pair: Pair) -> None:
    pair.sim.set_callback("http://127.0.0.1:9/")
    assert pair.sim.follow("chen").tries == ["unreachable"] * 3


def test_no_callback_address(pair: Pair) -> None:
    pair.sim.set_callback("")
    assert pair.sim.follow("chen").error == "no callback address is set"


def reply(inbound: Inbound, inner: str = "", frame: str = "") -> bytes:
    frame = frame or (
        f"<ToUserName>{inbound.openid}</ToUserName><FromUserName>{inbound.account}</FromUserName>"
        "<CreateTime>1</CreateTime><MsgType>text</MsgType>"
    )
    return f"<xml>{frame}{inner}</xml>".encode()


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        ("<Content>a", "malformed XML"),
        ("<Content>a & b</Content>", "malformed XML"),
        ("", "holds"),
        ("<Content>a</Content><Extra>b</Extra>", "holds"),
        ("<Content>a</Content><MsgType>text</MsgType>", "holds"),
        (f"<Content>{'x' * 2049}</Content>", "2,048"),
        ("<!DOCTYPE a><Content>a</Content>", "malformed XML"),
    ],
)
def test_a_bad_reply_is_shown_with_its_reason_and_not_retried(pair: Pair, inner: str, why: str) -> None:
    pair.service.answer = lambda inbound: reply(inbound, inner)
    delivery = pair.sim.follow("chen")
    assert delivery.tries == ["bad reply"]
    assert why in delivery.error
    assert (last(pair).kind, why in last(pair).detail) == ("error", True)


def test_a_reply_to_somebody_else_is_refused(pair: Pair) -> None:
    other = pair.sim.openid("li")
    pair.service.answer = lambda inbound: reply(replace(inbound, openid=other), "<Content>a</Content>")
    assert "ToUserName" in pair.sim.follow("chen").error


@pytest.mark.parametrize("mode", [Mode.SAFE])
def test_a_plain_reply_in_safe_mode_is_refused(pair_in_mode: Pair) -> None:
    pair_in_mode.service.answer = lambda inbound: reply(inbound, "<Content>a</Content>")
    assert "not encrypted" in pair_in_mode.sim.follow("chen").error


@pytest.mark.parametrize("mode", [Mode.SAFE])
def test_a_wrongly_signed_reply_is_refused(pair_in_mode: Pair) -> None:
    pair_in_mode.service.answer = lambda _inbound: (
        b"<xml><Encrypt>AAAA</Encrypt><MsgSignature>0</MsgSignature><TimeStamp>1</TimeStamp><Nonce>1</Nonce></xml>"
    )
    assert "MsgSignature" in pair_in_mode.sim.follow("chen").error


def test_openids_are_per_account(pair: Pair) -> None:
    assert pair.sim.openid("chen") != pair.sim.mini_openid("chen")
    assert len(pair.sim.openid("chen")) == 28
    assert StandInOptions().oa_appid != StandInOptions().mp_appid
