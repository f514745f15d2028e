"""A person's WeChat and WeChat's servers, in front of the callback: sign, post, read the reply."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from defusedxml.ElementTree import fromstring
from flask import Flask
from werkzeug.test import TestResponse

from access.services.house import House
from bot.callback import bot_blueprint
from bot.gateway import GatewaySettings
from standins.wechat.crypto import signature
from tests.fakes import FakeClock

SETTINGS = GatewaySettings("callback-token", "wx0123456789abcdef")
PATH = "/wechat/callback"


def chat_app(house: House, settings: GatewaySettings = SETTINGS) -> Flask:
    app = Flask("chat")
    app.register_blueprint(bot_blueprint(house, settings))
    return app


def cdata(value: str) -> str:
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


@dataclass
class WeChatServer:
    """Delivers messages as WeChat does."""

    app: Flask
    clock: FakeClock
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> int:
        return self.clock.now() // 1000

    def query(self, **more: str) -> dict[str, str]:
        stamp = str(self.now())
        return {"signature": signature(SETTINGS.token, stamp, "n"), "timestamp": stamp, "nonce": "n", **more}

    def post(self, body: bytes, query: dict[str, str] | None = None) -> TestResponse:
        return self.app.test_client().post(PATH, data=body, query_string=query or self.query())

    def words(self, body: bytes) -> str | None:
        """The reply's text; None when WeChat was only told that the message arrived."""
        response = self.post(body)
        assert response.status_code == 200
        if response.data in {b"success", b""}:
            return None
        content = fromstring(response.data.decode()).findtext("Content") or ""
        assert 0 < len(content) <= 600
        assert len(content.encode()) <= 2048
        return content

    def body(self, openid: str, created: int | None = None, **fields: str) -> bytes:
        values = {
            "ToUserName": "gh_estate",
            "FromUserName": openid,
            "CreateTime": str(self.now() if created is None else created),
            **fields,
        }
        return ("<xml>" + "".join(f"<{k}>{cdata(v)}</{k}>" for k, v in values.items()) + "</xml>").encode()

    def message(self, openid: str, created: int | None = None, **fields: str) -> bytes:
        return self.body(openid, created, MsgId=str(next(self.ids)), **fields)


@dataclass
class Phone:
    """One person; every message a second after the one before."""

    wechat: WeChatServer
    openid: str

    def text(self, content: str, created: int | None = None) -> bytes:
        return self.wechat.message(self.openid, created, MsgType="text", Content=content)

    def say(self, content: str) -> str:
        return self._answered(self.text(content))

    def say_all(self, *contents: str) -> str:
        """Several messages; the last answer."""
        return [self.say(content) for content in contents][-1]

    def picture(self, media_id: str = "media-1") -> str:
        return self._answered(
            self.wechat.message(self.openid, MsgType="image", MediaId=media_id, PicUrl="http://x/y")
        )

    def send(self, kind: str) -> str:
        return self._answered(self.wechat.message(self.openid, MsgType=kind, MediaId="m"))

    def follow(self, scene: str = "") -> str:
        key = f"qrscene_{scene}" if scene else ""
        return self._answered(self.event("subscribe", key))

    def scan(self, scene: str) -> str:
        return self._answered(self.event("SCAN", scene))

    def click(self, key: str) -> str:
        return self._answered(self.event("CLICK", key))

    def leave(self) -> None:
        assert self.wechat.words(self.event("unsubscribe", "")) is None
        self.wechat.clock.advance(1000)

    def event(self, event: str, key: str, created: int | None = None) -> bytes:
        return self.wechat.body(self.openid, created, MsgType="event", Event=event, EventKey=key)

    def _answered(self, body: bytes) -> str:
        words = self.wechat.words(body)
        self.wechat.clock.advance(1000)
        assert words is not None
        return words
