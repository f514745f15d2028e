"""WeChat's callback as pure functions: verify, decrypt, parse, render. A thin defensive layer over wechatpy.

Facts in the official documentation: a request is signed with sha1 over the sorted token, timestamp and nonce;
in safe mode `msg_signature` adds the ciphertext. Everything malformed raises `InvalidInput` with one of
``wechat.signature``, ``wechat.stale``, ``wechat.size``, ``wechat.xml``, ``wechat.field``, ``wechat.mode``,
``wechat.decrypt``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.replies import ArticlesReply, BaseReply, ImageReply, TextReply

from access.domain.errors import InvalidInput

BODY_LIMIT_BYTES = 64 * 1024
REPLY_TEXT_LIMIT_BYTES = 2048
NO_REPLY = b"success"

_AES_KEY_LENGTH = 43
_OPENID = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Mode(StrEnum):
    """How the account's callback is set up in WeChat's admin pages."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class Kind(StrEnum):
    """What came in; a message type that WeChat adds later is OTHER."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    SHORT_VIDEO = "shortvideo"
    LOCATION = "location"
    LINK = "link"
    EVENT = "event"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """What the callback must know.

    Attributes:
        token: shared with WeChat, signs every request.
        appid: of the official account, checked inside every decrypted message.
        aes_key: the 43-character EncodingAESKey; needed unless the mode is plain.
        fresh_seconds: how far a request's timestamp may be from now.

    Raises:
        ValueError: names every field at fault.
    """

    token: str = field(repr=False)
    appid: str
    mode: Mode = Mode.PLAIN
    aes_key: str = field(default="", repr=False)
    fresh_seconds: int = 300

    def __post_init__(self) -> None:
        problems = [f"{name} is empty" for name in ("token", "appid") if not getattr(self, name)]
        if self.mode is not Mode.PLAIN and not self._key_is_sound():
            problems.append("aes_key must be the 43 characters of EncodingAESKey")
        if problems:
            raise ValueError("; ".join(problems))

    def _key_is_sound(self) -> bool:
        try:
            base64.b64decode(self.aes_key + "=", validate=True)
        except (binascii.Error, ValueError):
            return False
        return len(self.aes_key) == _AES_KEY_LENGTH

    @property
    def crypto(self) -> _Crypto:
        return _Crypto(base64.b64decode(self.aes_key + "="))


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message or event from one person.

    Attributes:
        kind: see `Kind`.
        openid: of the person, for this official account.
        account: the official account's own name (``gh_…``), the sender of a reply.
        created: Unix seconds, by WeChat's clock.
        msg_id: of a message; None for an event.
        dedupe_key: the same for every retry of one delivery; holds no openid.
        content: text of a text message.
        media_id, pic_url: of a picture, voice or video message.
        event: lower case (``subscribe``, ``scan``, ``click`` …), empty for a message.
        event_key: scene of a scan or of a follow by scan (without ``qrscene_``), key of a menu click.
        ticket: of the parametric QR that was scanned.
        choices: (template id, ``accept`` or ``reject``) of subscription events.
        encrypted: came encrypted, so the reply goes encrypted.
    """

    kind: Kind
    openid: str = field(repr=False)
    account: str
    created: int
    msg_id: str | None
    dedupe_key: str
    content: str = field(default="", repr=False)
    media_id: str = ""
    pic_url: str = field(default="", repr=False)
    event: str = ""
    event_key: str = ""
    ticket: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A text reply; more than 2,048 bytes are cut at a character."""

    content: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture reply, by the id of an uploaded picture."""

    media_id: str


@dataclass(frozen=True, slots=True)
class News:
    """One article: a title, a line of text, a picture and a link."""

    title: str
    description: str
    url: str
    pic_url: str = ""


Reply = Text | Image | News


def answer_echo(settings: GatewaySettings, query: Mapping[str, str], now: int) -> bytes:
    """The answer to WeChat's GET when the callback address is set up.

    Args:
        query: the request's query (`signature`, `timestamp`, `nonce`, `echostr`).
        now: Unix seconds.
    """
    _check_request(settings, query, now)
    return _NOT_XML.sub("", query.get("echostr", "")).encode()


def read(settings: GatewaySettings, query: Mapping[str, str], body: bytes, now: int) -> Inbound:
    """Verify and parse one POST.

    Args:
        query: the request's query (`signature`, `timestamp`, `nonce`, and in safe mode `msg_signature`).
        body: as received.
        now: Unix seconds.
    """
    _check_request(settings, query, now)
    if len(body) > BODY_LIMIT_BYTES:
        raise InvalidInput("wechat.size", "the callback body is larger than 64 kB")
    outer = _parse(body)
    encrypt = outer.findtext("Encrypt")
    if encrypt and settings.mode is not Mode.PLAIN:
        return _inbound(_parse(_decrypt(settings, query, encrypt)), encrypted=True)
    if settings.mode is Mode.SAFE:
        raise InvalidInput("wechat.mode", "a plain message came in safe mode")
    return _inbound(outer, encrypted=False)


def render_reply(settings: GatewaySettings, inbound: Inbound, reply: Reply | None, now: int) -> bytes:
    """The POST's answer; None answers ``success``, which WeChat neither shows nor retries.

    Args:
        now: Unix seconds.
    """
    if reply is None:
        return NO_REPLY
    frame = {"source": inbound.account, "target": inbound.openid, "time": now}
    xml: str = _wechatpy_reply(reply, frame).render()
    return _encrypted(settings, xml, now) if inbound.encrypted else xml.encode()


# -- requests ------------------------------------------------------------------------------------------


def signature_of(*parts: str) -> str:
    """WeChat's signature: sha1 of the sorted parts, hexadecimal."""
    joined = b"".join(sorted(part.encode("utf-8", "replace") for part in parts))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def _check_request(settings: GatewaySettings, query: Mapping[str, str], now: int) -> None:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    _check_signature(query.get("signature", ""), settings.token, timestamp, nonce)
    if not _NUMBER.fullmatch(timestamp) or abs(now - int(timestamp)) > settings.fresh_seconds:
        raise InvalidInput("wechat.stale", "the callback's timestamp is not of now", field="timestamp")


def _check_signature(given: str, *parts: str) -> None:
    wanted = signature_of(*parts)
    if not hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode()):
        raise InvalidInput("wechat.signature", "the callback's signature is wrong")


# -- encryption ----------------------------------------------------------------------------------------


class _Crypto(PrpCrypto):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's cipher with a random prefix that cannot be guessed."""

    def get_random_string(self) -> str:
        return secrets.token_hex(8)


def _decrypt(settings: GatewaySettings, query: Mapping[str, str], encrypt: str) -> bytes:
    parts = (settings.token, query.get("timestamp", ""), query.get("nonce", ""), encrypt)
    _check_signature(query.get("msg_signature", ""), *parts)
    try:
        text: str = settings.crypto.decrypt(encrypt, settings.appid)
    except InvalidAppIdException:
        raise InvalidInput("wechat.decrypt", "the message is for another account") from None
    except (ValueError, IndexError, struct.error):
        raise InvalidInput("wechat.decrypt", "the message cannot be decrypted") from None
    return text.encode()


def _encrypted(settings: GatewaySettings, xml: str, now: int) -> bytes:
    encrypt = settings.crypto.encrypt(xml, settings.appid).decode()
    timestamp, nonce = str(now), secrets.token_hex(8)
    signature = signature_of(settings.token, timestamp, nonce, encrypt)
    return (
        f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()


# -- parsing -------------------------------------------------------------------------------------------


def _parse(body: bytes) -> Element:
    try:
        root: Element = fromstring(body.decode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        raise InvalidInput("wechat.xml", "the body is not the XML that WeChat sends") from None
    if root.tag != "xml":
        raise InvalidInput("wechat.xml", "the root element is not <xml>")
    return root


def _inbound(root: Element, *, encrypted: bool) -> Inbound:
    name = _required(root, "MsgType", re.compile(r"[A-Za-z_]{1,32}")).lower()
    kind = Kind(name) if name in Kind.__members__.values() else Kind.OTHER
    openid, created = _required(root, "FromUserName", _OPENID), _required(root, "CreateTime", _NUMBER)
    frame: dict[str, Any] = {
        "kind": kind,
        "openid": openid,
        "account": _required(root, "ToUserName", _OPENID),
        "created": int(created),
        "encrypted": encrypted,
    }
    if kind is Kind.EVENT:
        return _event(root, frame, created)
    msg_id = _required(root, "MsgId", _NUMBER)
    return Inbound(
        **frame,
        msg_id=msg_id,
        dedupe_key=f"message:{msg_id}",
        content=_text(root, "Content"),
        media_id=_text(root, "MediaId"),
        pic_url=_text(root, "PicUrl"),
    )


def _event(root: Element, frame: dict[str, Any], created: str) -> Inbound:
    event = _required(root, "Event", re.compile(r"[A-Za-z_]{1,64}"))
    key = _text(root, "EventKey")
    # Hashed, because the key outlives the request and must not carry the openid.
    parts = "\n".join((frame["openid"], created, event, key))
    return Inbound(
        **frame,
        msg_id=None,
        dedupe_key="event:" + hashlib.sha256(parts.encode()).hexdigest(),
        event=event.lower(),
        event_key=key.removeprefix("qrscene_"),
        ticket=_text(root, "Ticket"),
        choices=_choices(root),
    )


def _choices(root: Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_text(item, "TemplateId"), _text(item, "SubscribeStatusString").lower()) for item in root.iter("List")
    )


def _required(root: Element, name: str, pattern: re.Pattern[str]) -> str:
    value = _text(root, name)
    if not pattern.fullmatch(value):
        raise InvalidInput("wechat.field", f"{name} is missing or malformed", field=name)
    return value


def _text(root: Element, name: str) -> str:
    return root.findtext(name) or ""


# -- replies -------------------------------------------------------------------------------------------


def _wechatpy_reply(reply: Reply, frame: dict[str, Any]) -> BaseReply:
    if isinstance(reply, Text):
        return TextReply(**frame, content=_safe(_cut(reply.content)))
    if isinstance(reply, Image):
        return ImageReply(**frame, image=_safe(reply.media_id))
    article = {
        "title": _safe(reply.title),
        "description": _safe(reply.description),
        "url": _safe(reply.url),
        "image": _safe(reply.pic_url),
    }
    return ArticlesReply(**frame, articles=[article])


def _safe(text: str) -> str:
    """Text for wechatpy to put between ``<![CDATA[`` and ``]]>``: no end mark, no character XML forbids."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_XML.sub("", lines).replace("]]>", "]]]]><![CDATA[>")


def _cut(text: str) -> str:
    raw = text.encode("utf-8", "replace")
    if len(raw) <= REPLY_TEXT_LIMIT_BYTES:
        return text
    return raw[: REPLY_TEXT_LIMIT_BYTES - len("…".encode())].decode("utf-8", "ignore") + "…"
