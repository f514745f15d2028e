"""An in-memory `WeChat` for tests of services. Held to the same contract suite as the real adapter.

It keeps what is sent, spends codes and grants once, counts the customer-service quota, and fails when told.
"""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

import qrcode
from qrcode.image.pil import PilImage

from access.domain.errors import ExternalSystemError
from access.ports import MiniCard, MiniSession
from adapters.wechat import limits
from adapters.wechat.errors import from_errcode

_T = TypeVar("_T")

MESSAGES_AFTER_TEXT = 5
MESSAGES_AFTER_EVENT = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that left.

    Attributes:
        kind: ``text``, ``card``, ``subscribe`` or ``template``.
        openid: the receiver.
        text: of a text message.
        card: of a card.
        template_id, page, data: of a subscription (page) or template (page is its address) message.
    """

    kind: str
    openid: str
    text: str = ""
    card: MiniCard | None = None
    template_id: str = ""
    page: str = ""
    data: dict[str, str] = field(default_factory=dict)


class FakeWeChat:
    """Implements `access.ports.WeChat` without a network.

    Attributes:
        sent: every message that left, in order.
        menu: the last menu set.
        media: media_id → picture, filled by the test.
        bad_words: texts holding one of these do not pass `check_text`.
    """

    def __init__(self, appid: str = "wx-fake") -> None:
        self.sent: list[Sent] = []
        self.menu: list[dict[str, object]] = []
        self.media: dict[str, bytes] = {}
        self.bad_words: set[str] = set()
        self._appid = appid
        self._lock = threading.Lock()
        self._left: dict[str, int] = {}
        self._grants: Counter[tuple[str, str]] = Counter()
        self._logins: dict[str, MiniSession] = {}
        self._oauth: dict[str, str | None] = {}
        self._phones: dict[str, str] = {}
        self._failures: list[ExternalSystemError] = []

    # -- what a test arranges ----------------------------------------------------------------------

    def wrote(self, openid: str) -> None:
        """The person sent a message: follower, five customer-service messages open."""
        self._left[openid] = MESSAGES_AFTER_TEXT

    def followed(self, openid: str) -> None:
        """The person followed, scanned or clicked a menu: three customer-service messages open."""
        self._left[openid] = max(self._left.get(openid, 0), MESSAGES_AFTER_EVENT)

    def grant(self, openid: str, template_id: str, times: int = 1) -> None:
        """The person agreed to `times` subscription messages."""
        self._grants[openid, template_id] += times

    def login_code(self, code: str, openid: str, unionid: str | None = None) -> str:
        self._logins[code] = MiniSession(openid, unionid)
        return code

    def oauth_code(self, code: str, openid: str | None) -> str:
        """A code that `oauth_openid` takes; None as openid is a snapshot visitor."""
        self._oauth[code] = openid
        return code

    def phone_code(self, code: str, number: str) -> str:
        self._phones[code] = number
        return code

    def fail(self, code: str, *, permanent: bool = False, times: int = 1) -> None:
        """The next `times` calls that would reach WeChat raise `ExternalSystemError(code)`."""
        self._failures += [ExternalSystemError(code, "told to fail", permanent=permanent)] * times

    def texts(self, openid: str) -> list[str]:
        """Text messages the person was sent, in order."""
        return [sent.text for sent in self.sent if sent.kind == "text" and sent.openid == openid]

    # -- the port ----------------------------------------------------------------------------------

    def send_text(self, openid: str, text: str) -> None:
        limits.check_text(text)
        self._customer_service(Sent("text", openid, text=text))

    def send_card(self, openid: str, card: MiniCard) -> None:
        self._customer_service(Sent("card", openid, card=card))

    def send_subscribe(self, openid: str, template_id: str, page: str, data: dict[str, str]) -> None:
        self._reach()
        with self._lock:
            if self._grants[openid, template_id] < 1:
                raise from_errcode(43101)
            self._grants[openid, template_id] -= 1
            self.sent.append(Sent("subscribe", openid, template_id=template_id, page=page, data=data))

    def send_template(self, openid: str, template_id: str, url: str, data: dict[str, str]) -> None:
        self._reach()
        if openid not in self._left:
            raise from_errcode(43004)
        self.sent.append(Sent("template", openid, template_id=template_id, page=url, data=data))

    def download_media(self, media_id: str) -> bytes:
        self._reach()
        if media_id not in self.media:
            raise from_errcode(40007)
        return self.media[media_id]

    def mini_session(self, code: str) -> MiniSession:
        self._reach()
        return _spend(self._logins, code)

    def oauth_url(self, redirect_url: str, state: str) -> str:
        limits.check_state(state)
        query = {
            "appid": self._appid,
            "redirect_uri": redirect_url,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"https://open.weixin.qq.com/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    def oauth_openid(self, code: str) -> str:
        self._reach()
        openid = _spend(self._oauth, code)
        if openid is None:
            raise ExternalSystemError("wechat.code", "a snapshot visitor has no identity", permanent=True)
        return openid

    def phone_number(self, code: str) -> str:
        self._reach()
        return _spend(self._phones, code)

    def estate_qr(self, scene: str, seconds: int | None = None) -> bytes:
        limits.check_qr_scene(scene, seconds)
        self._reach()
        return _picture(scene)

    def mini_code(self, scene: str, page: str) -> bytes:
        limits.check_mini_code(scene, page)
        self._reach()
        return _picture(f"{page}?scene={scene}")

    def set_menu(self, buttons: Sequence[dict[str, object]]) -> None:
        self._reach()
        self.menu = list(buttons)

    def check_text(self, openid: str, text: str) -> bool:  # noqa: ARG002 - the port's signature
        limits.check_reviewed_text(text)
        self._reach()
        return not any(word in text for word in self.bad_words)

    # -- inside ------------------------------------------------------------------------------------

    def _reach(self) -> None:
        with self._lock:
            if self._failures:
                raise self._failures.pop(0)

    def _customer_service(self, message: Sent) -> None:
        self._reach()
        with self._lock:
            if message.openid not in self._left:
                raise from_errcode(40003)
            if self._left[message.openid] < 1:
                raise from_errcode(45047)
            self._left[message.openid] -= 1
            self.sent.append(message)


def _spend(codes: MutableMapping[str, _T], code: str) -> _T:
    """The value behind a code, once."""
    if code not in codes:
        raise from_errcode(40029)
    return codes.pop(code)


def _picture(text: str) -> bytes:
    out = io.BytesIO()
    qrcode.make(text, image_factory=PilImage).save(out)
    return out.getvalue()
