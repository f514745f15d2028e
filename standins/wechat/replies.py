"""Reading a passive reply as strictly as WeChat does, and saying what is wrong with it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from standins.wechat.crypto import Cipher, signature

_FRAME = {"ToUserName", "FromUserName", "CreateTime", "MsgType"}
_PARTS = {
    "text": {"Content"},
    "image": {"Image"},
    "voice": {"Voice"},
    "video": {"Video"},
    "music": {"Music"},
    "news": {"ArticleCount", "Articles"},
}
_TEXT_LIMIT_BYTES = 2048


class BadReplyError(Exception):
    """The reply would show the person "this account is out of order"; the text says why, for developers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A passive reply.

    Attributes:
        kind: ``text``, ``image``, ``news`` (others are shown by name).
        text: content, or the title of the article.
        detail, url, pic_url: of the article.
        media_id: of an image.
    """

    kind: str
    text: str = ""
    detail: str = ""
    url: str = ""
    pic_url: str = ""
    media_id: str = ""


def read_reply(body: bytes, cipher: Cipher | None, must_encrypt: bool, openid: str, account: str) -> Reply | None:
    """The reply in an answer's body; None for ``success`` and an empty body.

    Args:
        cipher: None in plain mode.
        must_encrypt: safe mode.
        openid, account: whom it must be for and from.

    Raises:
        BadReplyError: malformed, wrongly signed or addressed, or holding anything undocumented.
    """
    if body.strip() in {b"", b"success"}:
        return None
    root = _parse(body)
    encrypt = root.findtext("Encrypt")
    if cipher is not None and encrypt:
        root = _parse(_opened(root, encrypt, cipher))
    elif must_encrypt:
        raise BadReplyError("safe mode: the reply is not encrypted")
    _check_frame(root, openid, account)
    return _reply(root)


def _parse(body: bytes) -> Element:
    try:
        root: Element = fromstring(body.decode(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise BadReplyError(f"malformed XML: {exc}") from exc
    if root.tag != "xml":
        raise BadReplyError(f"the root element is <{root.tag}>, not <xml>")
    return root


def _opened(root: Element, encrypt: str, cipher: Cipher) -> bytes:
    timestamp, nonce = root.findtext("TimeStamp") or "", root.findtext("Nonce") or ""
    wanted = signature(cipher.token, timestamp, nonce, encrypt)
    if not hmac.compare_digest(wanted.encode(), (root.findtext("MsgSignature") or "").encode()):
        raise BadReplyError("MsgSignature is wrong")
    try:
        return cipher.decrypt(encrypt).encode()
    except ValueError as exc:
        raise BadReplyError(f"the reply cannot be decrypted: {exc}") from exc


def _check_frame(root: Element, openid: str, account: str) -> None:
    names = [child.tag for child in root]
    kind = root.findtext("MsgType") or ""
    if kind not in _PARTS:
        raise BadReplyError(f"MsgType {kind!r} is not one of a passive reply")
    wanted = _FRAME | _PARTS[kind]
    if set(names) != wanted or len(names) != len(wanted):
        raise BadReplyError(f"a {kind} reply holds {sorted(wanted)}, this one {names}")
    if root.findtext("ToUserName") != openid or root.findtext("FromUserName") != account:
        raise BadReplyError("ToUserName and FromUserName must be the person and the account")
    if not (root.findtext("CreateTime") or "").isdecimal():
        raise BadReplyError("CreateTime is not a number")


def _reply(root: Element) -> Reply:
    kind = root.findtext("MsgType") or ""
    if kind == "text":
        content = root.findtext("Content") or ""
        if len(content.encode()) > _TEXT_LIMIT_BYTES:
            raise BadReplyError("Content is longer than 2,048 bytes")
        return Reply("text", content)
    if kind == "image":
        return Reply("image", media_id=root.findtext("Image/MediaId") or "")
    if kind == "news":
        items = root.findall("Articles/item")
        if len(items) != 1 or root.findtext("ArticleCount") != "1":
            raise BadReplyError("a news reply has one article")
        get = items[0].findtext
        return Reply("news", get("Title") or "", get("Description") or "", get("Url") or "", get("PicUrl") or "")
    return Reply("text", f"[{kind}]")
