"""One set of arrangements for both `WeChat` adapters, so that one contract suite holds both.

A world arranges what people do (follow, write, agree, log in) and shows what reached them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from access.domain.errors import ExternalSystemError
from access.ports import WeChat
from adapters.wechat.client import WeChatClient
from adapters.wechat.fake import FakeWeChat
from adapters.wechat.options import WeChatOptions
from adapters.wechat.tokens import MemoryTokenStore, TokenStore
from standins.wechat.client import SimClient
from standins.wechat.options import StandInOptions

STAND_IN = StandInOptions(mini_pages=("pages/pass/index",), reply_seconds=0.5)


def options(url: str, **changes: object) -> WeChatOptions:
    """The adapter's options for a stand-in at `url`."""
    given: dict[str, object] = {
        "oa_appid": STAND_IN.oa_appid,
        "oa_secret": STAND_IN.oa_secret,
        "mp_appid": STAND_IN.mp_appid,
        "mp_secret": STAND_IN.mp_secret,
        "api_base": url,
        "open_base": url,
        **changes,
    }
    return WeChatOptions(**given)  # type: ignore[arg-type]


def real_client(url: str, store: TokenStore | None = None, **changes: object) -> WeChatClient:
    return WeChatClient(options(url, **changes), store or MemoryTokenStore())


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "white").save(out, "PNG")
    return out.getvalue()


class World(Protocol):
    """What the contract suite needs; a person is ``chen`` or ``li``."""

    @property
    def wechat(self) -> WeChat: ...

    def openid(self, person: str) -> str: ...
    def mini_openid(self, person: str) -> str: ...
    def follow(self, person: str) -> None: ...
    def write(self, person: str) -> None: ...
    def grant(self, person: str, template_id: str) -> None: ...
    def login_code(self, person: str) -> str: ...
    def oauth_code(self, person: str, *, snapshot: bool = False) -> str: ...
    def phone_code(self, person: str) -> str: ...
    def media(self, content: bytes) -> str: ...
    def texts(self, person: str) -> list[str]: ...
    def cards(self, person: str) -> list[str]: ...
    def fields(self, person: str) -> list[dict[str, str]]: ...
    def menu(self) -> list[dict[str, object]]: ...
    def fail(self, code: str) -> ExternalSystemError: ...


@dataclass
class FakeWorld:
    """The in-memory adapter."""

    wechat: FakeWeChat = field(default_factory=FakeWeChat)
    _count: int = 0

    def openid(self, person: str) -> str:
        return f"o-{person}"

    def mini_openid(self, person: str) -> str:
        return f"m-{person}"

    def follow(self, person: str) -> None:
        self.wechat.followed(self.openid(person))

    def write(self, person: str) -> None:
        self.wechat.wrote(self.openid(person))

    def grant(self, person: str, template_id: str) -> None:
        self.wechat.grant(self.mini_openid(person), template_id)

    def login_code(self, person: str) -> str:
        return self.wechat.login_code(self._code(), self.mini_openid(person), f"u-{person}")

    def oauth_code(self, person: str, *, snapshot: bool = False) -> str:
        return self.wechat.oauth_code(self._code(), None if snapshot else self.openid(person))

    def phone_code(self, person: str) -> str:
        return self.wechat.phone_code(self._code(), "13800000001")

    def media(self, content: bytes) -> str:
        media_id = self._code()
        self.wechat.media[media_id] = content
        return media_id

    def texts(self, person: str) -> list[str]:
        return self.wechat.texts(self.openid(person))

    def cards(self, person: str) -> list[str]:
        return [one.card.title for one in self.wechat.sent if one.card and one.openid == self.openid(person)]

    def fields(self, person: str) -> list[dict[str, str]]:
        both = {self.openid(person), self.mini_openid(person)}
        return [one.data for one in self.wechat.sent if one.data and one.openid in both]

    def menu(self) -> list[dict[str, object]]:
        return self.wechat.menu

    def fail(self, code: str) -> ExternalSystemError:
        self.wechat.fail(code)
        return ExternalSystemError(code)

    def _code(self) -> str:
        self._count += 1
        return f"code-{self._count}"


@dataclass
class RealWorld:
    """The real adapter, talking to a stand-in. Its callback address is empty: only the way out is tested."""

    sim: SimClient
    wechat: WeChat

    def openid(self, person: str) -> str:
        return self.sim.openid(person)

    def mini_openid(self, person: str) -> str:
        return self.sim.mini_openid(person)

    def follow(self, person: str) -> None:
        self.sim.follow(person)

    def write(self, person: str) -> None:
        self.sim.follow(person)
        self.sim.advance_clock(61)  # the three messages after following are over
        self.sim.send_text(person, "你好")

    def grant(self, person: str, template_id: str) -> None:
        self.sim.grant(person, template_id)

    def login_code(self, person: str) -> str:
        return self.sim.login_code(person)

    def oauth_code(self, person: str, *, snapshot: bool = False) -> str:
        self.sim.snapshot(person, snapshot)
        with self.sim.browser(person) as browser:
            browser.follow_redirects = False
            answer = browser.get(self.wechat.oauth_url("http://127.0.0.1:9/back", "s"))
        return str(answer.next_request.url.params["code"]) if answer.next_request else ""

    def phone_code(self, person: str) -> str:
        return self.sim.phone_code(person)

    def media(self, content: bytes) -> str:
        self.sim.follow("li")
        self.sim.send_image("li", content)
        return next(one.media_id for one in reversed(self.sim.messages("li")) if one.kind == "image")

    def texts(self, person: str) -> list[str]:
        sent = [one for one in self.sim.messages(person) if one.via == "customer_service"]
        return [one.text for one in sent if one.kind == "text"]

    def cards(self, person: str) -> list[str]:
        return [one.text for one in self.sim.messages(person) if one.kind == "card"]

    def fields(self, person: str) -> list[dict[str, str]]:
        return [one.data for one in self.sim.messages(person) if one.kind == "template"]

    def menu(self) -> list[dict[str, object]]:
        return list(self.sim.state()["menu"])

    def fail(self, code: str) -> ExternalSystemError:
        kinds = {"wechat.busy": ("status", 503), "wechat.unreadable": ("garbage", 0)}
        kind, number = kinds.get(code, ("errcode", 40164))
        self.sim.add_fault("*", kind, number, times=1)  # type: ignore[arg-type]
        return ExternalSystemError(code)
