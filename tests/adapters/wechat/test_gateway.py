"""bot.gateway: signatures, encryption, parsing and rendering of WeChat's callback.

The tests sign and encrypt with the stand-in's own code, which shares nothing with wechatpy.
"""

from __future__ import annotations

import base64

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import InvalidInput
from bot.gateway import (
    BODY_LIMIT_BYTES,
    GatewaySettings,
    Image,
    Inbound,
    Kind,
    Mode,
    News,
    Reply,
    Text,
    answer_echo,
    read,
    render_reply,
)
from standins.wechat.crypto import Cipher, signature

NOW = 1_800_000_000
TOKEN = "callback-token"
APPID = "wx0123456789abcdef"
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
PLAIN = GatewaySettings(TOKEN, APPID)
SAFE = GatewaySettings(TOKEN, APPID, Mode.SAFE, AES_KEY)
COMPATIBLE = GatewaySettings(TOKEN, APPID, Mode.COMPATIBLE, AES_KEY)
CIPHER = Cipher(TOKEN, AES_KEY, APPID)

# What XML 1.0 can hold, a carriage return aside (parsers turn it into a line feed).
xml_text = st.text(
    st.one_of(
        st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=["Cs"]),
        st.sampled_from("\t\n]>&<"),
    )
)


def query(timestamp: int = NOW, nonce: str = "n0nce", **more: str) -> dict[str, str]:
    signed = signature(TOKEN, str(timestamp), nonce)
    return {"signature": signed, "timestamp": str(timestamp), "nonce": nonce, **more}


def message(**fields: str) -> bytes:
    values = {
        "ToUserName": "gh_estate",
        "FromUserName": "oPerson_1-x",
        "CreateTime": str(NOW),
        "MsgType": "text",
        "MsgId": "123456789",
        **fields,
    }
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in values.items() if value)
    return f"<xml>{inner}</xml>".encode()


def sealed(body: bytes, cipher: Cipher = CIPHER) -> tuple[dict[str, str], bytes]:
    encrypt = cipher.encrypt(body.decode())
    signed = signature(TOKEN, str(NOW), "n0nce", encrypt)
    outer = f"<xml><ToUserName>gh_estate</ToUserName><Encrypt>{encrypt}</Encrypt></xml>"
    return query(msg_signature=signed, encrypt_type="aes"), outer.encode()


def refused(settings: GatewaySettings, asked: dict[str, str], body: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(settings, asked, body, NOW)
    return caught.value.code


# -- setting up and signatures -------------------------------------------------------------------------


def test_echo_is_answered_when_signed() -> None:
    assert answer_echo(PLAIN, query(echostr="8346213"), NOW) == b"8346213"


@pytest.mark.parametrize("wrong", ["", "0" * 40, "é" * 40, "\udc80"])
def test_wrong_signature_is_refused(wrong: str) -> None:
    asked = query(echostr="1") | {"signature": wrong}
    with pytest.raises(InvalidInput) as caught:
        answer_echo(PLAIN, asked, NOW)
    assert caught.value.code == "wechat.signature"
    assert refused(PLAIN, asked, message(Content="hi")) == "wechat.signature"


@pytest.mark.parametrize("off", [-301, 301])
def test_old_and_early_requests_are_refused(off: int) -> None:
    assert refused(PLAIN, query(NOW + off), message(Content="hi")) == "wechat.stale"


@pytest.mark.parametrize("off", [-300, 300])
def test_requests_at_the_edge_of_the_window_are_taken(off: int) -> None:
    assert read(PLAIN, query(NOW + off), message(Content="hi"), NOW).content == "hi"


@pytest.mark.parametrize(
    "bad", [{"token": ""}, {"appid": ""}, {"mode": Mode.SAFE}, {"mode": Mode.SAFE, "aes_key": "?" * 43}]
)
def test_unsound_settings_are_refused(bad: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"empty|aes_key"):
        GatewaySettings(**{"token": TOKEN, "appid": APPID, **bad})  # type: ignore[arg-type]


def test_settings_do_not_show_their_secrets() -> None:
    assert TOKEN not in repr(SAFE)
    assert AES_KEY not in repr(SAFE)


# -- messages ------------------------------------------------------------------------------------------


def test_text() -> None:
    inbound = read(PLAIN, query(), message(Content="3栋 501"), NOW)
    assert inbound == Inbound(
        Kind.TEXT, "oPerson_1-x", "gh_estate", NOW, "123456789", "message:123456789", content="3栋 501"
    )
    assert "oPerson_1-x" not in repr(inbound)


def test_picture() -> None:
    inbound = read(PLAIN, query(), message(MsgType="image", MediaId="m1", PicUrl="http://x/y"), NOW)
    assert (inbound.kind, inbound.media_id, inbound.pic_url) == (Kind.IMAGE, "m1", "http://x/y")


def test_unknown_message_type_is_other() -> None:
    assert read(PLAIN, query(), message(MsgType="hologram"), NOW).kind is Kind.OTHER


def test_follow_by_scan_gives_the_bare_scene() -> None:
    body = message(MsgType="event", MsgId="", Event="subscribe", EventKey="qrscene_estate.3", Ticket="t")
    inbound = read(PLAIN, query(), body, NOW)
    assert (inbound.kind, inbound.event, inbound.event_key, inbound.ticket) == (
        Kind.EVENT, "subscribe", "estate.3", "t",
    )  # fmt: skip
    assert inbound.msg_id is None


def test_an_event_has_one_key_for_its_retries_and_another_for_the_next() -> None:
    first = message(MsgType="event", MsgId="", Event="CLICK", EventKey="pass")
    keys = [
        read(PLAIN, query(), body, NOW).dedupe_key
        for body in (first, first, message(MsgType="event", MsgId="", Event="CLICK", EventKey="help"))
    ]
    assert keys[0] == keys[1] != keys[2]
    assert "oPerson" not in keys[0]


def test_subscription_choices() -> None:
    body = message(MsgType="event", MsgId="", Event="subscribe_msg_popup_event").replace(
        b"</xml>",
        b"<SubscribeMsgPopupEvent>"
        b"<List><TemplateId>T1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        b"<List><TemplateId>T2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
        b"</SubscribeMsgPopupEvent></xml>",
    )
    assert read(PLAIN, query(), body, NOW).choices == (("T1", "accept"), ("T2", "reject"))


@pytest.mark.parametrize("gone", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"])
def test_a_missing_field_is_named(gone: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(PLAIN, query(), message(**{gone: ""}, Content="x"), NOW)
    assert (caught.value.code, caught.value.field) == ("wechat.field", gone)


@pytest.mark.parametrize(
    "bad",
    [
        {"FromUserName": "a" * 65},
        {"FromUserName": "'; DROP TABLE x"},
        {"CreateTime": "now"},
        {"MsgId": "-1"},
        {"MsgType": "event", "Event": ""},
        {"MsgType": "te xt"},
    ],
)
def test_a_malformed_field_is_refused(bad: dict[str, str]) -> None:
    assert refused(PLAIN, query(), message(**bad)) == "wechat.field"


BOMB = b"""<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>
<xml><ToUserName>&b;</ToUserName></xml>"""
OUTSIDE = b"""<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><ToUserName>&x;</ToUserName></xml>"""


@pytest.mark.parametrize(
    "body",
    [b"", b"<", b"<xml>", b"{}", b"<html/>", b"\xff\xfe<xml/>", b"<xml>\x00</xml>", BOMB, OUTSIDE,
     b"<a>" * 10_000, message(Content="x")[:-9]],
)  # fmt: skip
def test_bad_xml_is_refused(body: bytes) -> None:
    assert refused(PLAIN, query(), body) == "wechat.xml"


def test_size_limit() -> None:
    room = BODY_LIMIT_BYTES - len(message(Content="x")) + 1
    assert len(read(PLAIN, query(), message(Content="x" * room), NOW).content) == room
    assert refused(PLAIN, query(), message(Content="x" * (room + 1))) == "wechat.size"


# -- encryption ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [SAFE, COMPATIBLE])
def test_encrypted_message_is_read(settings: GatewaySettings) -> None:
    inbound = read(settings, *sealed(message(Content="你好")), NOW)
    assert (inbound.content, inbound.encrypted) == ("你好", True)


def test_modes_decide_what_is_taken() -> None:
    assert not read(COMPATIBLE, query(), message(Content="x"), NOW).encrypted
    assert refused(SAFE, query(), message(Content="x")) == "wechat.mode"
    asked, body = sealed(message(Content="x"))
    assert refused(PLAIN, asked, body) == "wechat.field"


def test_compatible_mode_trusts_only_the_encrypted_part() -> None:
    asked, body = sealed(message(Content="true words"))
    forged = message(Content="forged words").replace(b"</xml>", body[len(b"<xml>") :])
    assert read(COMPATIBLE, asked, forged, NOW).content == "true words"


def test_wrong_message_signature_is_refused() -> None:
    asked, body = sealed(message(Content="x"))
    assert refused(SAFE, asked | {"msg_signature": "0" * 40}, body) == "wechat.signature"
    asked.pop("msg_signature")
    assert refused(SAFE, asked, body) == "wechat.signature"


def test_a_message_for_another_account_is_refused() -> None:
    other = Cipher(TOKEN, AES_KEY, "wx-other")
    assert refused(SAFE, *sealed(message(Content="x"), other)) == "wechat.decrypt"


@pytest.mark.parametrize("encrypt", ["?", "AAAA", base64.b64encode(b"rubbish!" * 8).decode(), "é"])
def test_a_signed_but_broken_ciphertext_is_refused(encrypt: str) -> None:
    signed = signature(TOKEN, str(NOW), "n0nce", encrypt)
    body = f"<xml><Encrypt>{encrypt}</Encrypt></xml>".encode()
    assert refused(SAFE, query(msg_signature=signed), body) == "wechat.decrypt"


@given(st.binary(max_size=300))
def test_garbage_never_escapes_as_another_error(body: bytes) -> None:
    for settings in (PLAIN, SAFE, COMPATIBLE):
        with pytest.raises(InvalidInput):
            read(settings, query(), body, NOW)


@given(st.binary(max_size=300))
def test_signed_garbage_ciphertext_never_escapes_as_another_error(raw: bytes) -> None:
    encrypt = base64.b64encode(raw).decode() or "A"
    signed = signature(TOKEN, str(NOW), "n0nce", encrypt)
    body = f"<xml><Encrypt>{encrypt}</Encrypt></xml>".encode()
    with pytest.raises(InvalidInput):
        read(SAFE, query(msg_signature=signed), body, NOW)


@given(st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "msg_signature"]), st.text()))
def test_any_query_is_refused_with_a_code(asked: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        read(SAFE, asked, message(Content="x"), NOW)


@given(xml_text)
def test_content_survives_the_way_in(text: str) -> None:
    content = text.replace("]]>", "")
    inbound = read(SAFE, *sealed(message(Content=content or "x")), NOW)
    assert inbound.content == (content or "x")


# -- replies -------------------------------------------------------------------------------------------

PLAIN_INBOUND = Inbound(Kind.TEXT, "oPerson", "gh_estate", NOW, "1", "message:1")
SAFE_INBOUND = Inbound(Kind.TEXT, "oPerson", "gh_estate", NOW, "1", "message:1", encrypted=True)


def test_no_reply_is_success() -> None:
    assert render_reply(SAFE, SAFE_INBOUND, None, NOW) == b"success"


@given(xml_text.filter(lambda text: len(text.encode()) <= 2048))
def test_text_reply_is_exactly_the_text(text: str) -> None:
    root = fromstring(render_reply(PLAIN, PLAIN_INBOUND, Text(text), NOW).decode())
    assert (root.findtext("Content") or "") == text
    assert {child.tag for child in root} == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
    assert (root.findtext("ToUserName"), root.findtext("FromUserName")) == ("oPerson", "gh_estate")
    assert root.findtext("CreateTime") == str(NOW)


@given(st.text(), st.text(), st.text())
def test_any_article_is_well_formed(title: str, description: str, url: str) -> None:
    reply = News(title, description, url)
    root = fromstring(render_reply(PLAIN, PLAIN_INBOUND, reply, NOW).decode())
    assert [child.tag for child in root.iter("item")] == ["item"]
    assert len(list(root.iter())) == 12  # nothing was smuggled in beside the documented elements


def test_control_characters_and_lone_surrogates_are_dropped() -> None:
    body = render_reply(PLAIN, PLAIN_INBOUND, Text("a\x00\x0b\ud800b\r\nc"), NOW)
    assert fromstring(body.decode()).findtext("Content") == "ab\nc"


def test_long_text_is_cut_at_a_character() -> None:
    body = render_reply(PLAIN, PLAIN_INBOUND, Text("门" * 1000), NOW)
    content = fromstring(body.decode()).findtext("Content") or ""
    assert content == "门" * 681 + "…"
    assert len(content.encode()) <= 2048


@pytest.mark.parametrize("reply", [Text("]]><MsgType>x</MsgType>"), Image("media"), News("t", "d", "https://x/")])
def test_encrypted_reply_is_signed_and_decrypts(reply: Reply) -> None:
    outer = fromstring(render_reply(SAFE, SAFE_INBOUND, reply, NOW).decode())
    found = {name: outer.findtext(name) or "" for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")}
    assert found["MsgSignature"] == signature(TOKEN, found["TimeStamp"], found["Nonce"], found["Encrypt"])
    inner = fromstring(CIPHER.decrypt(found["Encrypt"]))
    assert inner.findtext("ToUserName") == "oPerson"
