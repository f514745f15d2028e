"""Posting a person's message to the official account's callback, the way WeChat does.

Signed, in the configured mode; five seconds for the answer; three tries in all with the same MsgId (or the
same CreateTime and event); the answer verified, decrypted and put into the chat. Times are real, however far
the stand-in's own clock was moved: the service has no other.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

from standins.wechat.crypto import signature
from standins.wechat.options import Mode
from standins.wechat.people import Person, openid_of
from standins.wechat.replies import BadReplyError, Reply, read_reply
from standins.wechat.world import World

TRIES = 3
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试 · This account is out of order, please try again later"
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message.

    Attributes:
        tries: one short line for each try (``200``, ``timeout``, ``503``, ``unreachable``, ``bad reply``).
        replied: a passive reply was shown.
        error: why the person was shown that the account is out of order; empty when all is well.
        msg_id: of a message, empty for an event.
    """

    tries: list[str] = field(default_factory=list)
    replied: bool = False
    error: str = ""
    msg_id: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class _FailedTryError(Exception):
    """This try got no usable answer; WeChat tries again."""


class Callback:
    """Posts to `world.callback_url`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._options = world.options
        self._cipher = world.options.cipher()
        self._http = httpx.Client(timeout=world.options.reply_seconds, trust_env=False)
        self._lock = threading.Lock()
        self._last_id = 0

    def message(self, person: Person, kind: str, **fields: str) -> Delivery:
        """Deliver a message of the person, e.g. ``message(chen, "text", Content="…")``."""
        return self._deliver(person, {"MsgType": kind, **fields, "MsgId": self._next_id()})

    def event(self, person: Person, event: str, **fields: str) -> Delivery:
        return self._deliver(person, {"MsgType": "event", "Event": event, **fields})

    def _deliver(self, person: Person, fields: dict[str, str]) -> Delivery:
        openid = openid_of(self._options.oa_appid, person.id)
        frame = {
            "ToUserName": self._options.account,
            "FromUserName": openid,
            "CreateTime": str(int(time.time())),
        }
        xml = _xml({**frame, **fields})
        tries: list[str] = []
        reason, msg_id = "no callback address is set", fields.get("MsgId", "")
        for _ in range(TRIES if self._world.callback_url else 0):
            try:
                reply = self._try(openid, xml)
            except _FailedTryError as exc:
                reason = str(exc)
                tries.append(reason)
                continue
            except BadReplyError as exc:
                reason = f"bad reply: {exc}"
                tries.append("bad reply")
                break
            tries.append("200")
            self._show(person, reply)
            return Delivery(tries, reply is not None, "", msg_id)
        detail = f"{reason} · {len(tries)} × {self._world.callback_url}" if tries else reason
        self._note(person, "error", OUT_OF_ORDER, detail)
        return Delivery(tries, False, reason, msg_id)

    def _try(self, openid: str, xml: str) -> Reply | None:
        query, body = self._sealed(openid, xml)
        try:
            answer = self._http.post(
                self._world.callback_url,
                params=query,
                content=body.encode(),
                headers={"Content-Type": "text/xml"},
            )
        except httpx.TimeoutException:
            raise _FailedTryError("timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise _FailedTryError("unreachable") from None
        if answer.status_code != httpx.codes.OK:
            raise _FailedTryError(str(answer.status_code))
        must_encrypt = self._options.mode is Mode.SAFE
        return read_reply(answer.content, self._cipher, must_encrypt, openid, self._options.account)

    def _sealed(self, openid: str, xml: str) -> tuple[dict[str, str], str]:
        """Query and body of one try; the time and nonce are new on each."""
        timestamp, nonce = str(int(time.time())), str(secrets.randbelow(10**10))
        token = self._options.token
        query = {"signature": signature(token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}
        query["openid"] = openid
        if self._cipher is None:
            return query, xml
        encrypt = self._cipher.encrypt(xml)
        query |= {"encrypt_type": "aes", "msg_signature": signature(token, timestamp, nonce, encrypt)}
        sealed = _element("Encrypt", encrypt)
        if self._options.mode is Mode.COMPATIBLE:
            return query, xml.replace("</xml>", sealed + "</xml>")
        return query, f"<xml>{_element('ToUserName', self._options.account)}{sealed}</xml>"

    def _show(self, person: Person, reply: Reply | None) -> None:
        # What is answered to an unfollow reaches nobody.
        if reply is None or not person.follows:
            return
        self._world.chats.append(
            person.id,
            self._world.clock.now(),
            "account",
            "reply",
            reply.kind,
            text=reply.text,
            detail=reply.detail,
            url=reply.url,
            media_id=reply.media_id,
            data={"pic_url": reply.pic_url} if reply.pic_url else {},
        )

    def _note(self, person: Person, kind: str, text: str, detail: str) -> None:
        now = self._world.clock.now()
        self._world.chats.append(person.id, now, "system", kind, kind, text=text, detail=detail)

    def _next_id(self) -> str:
        with self._lock:
            self._last_id = max(self._last_id + 1, int(time.time() * 1000) * 1000)
            return str(self._last_id)


def _xml(fields: dict[str, str]) -> str:
    return "<xml>" + "".join(_element(name, value) for name, value in fields.items()) + "</xml>"


def _element(name: str, value: str) -> str:
    safe = _NOT_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"
