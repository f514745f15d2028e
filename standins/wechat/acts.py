"""What a simulated person can do: follow, scan, write, send a picture, click. Page and API both act here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from standins.wechat.callback import Callback, Delivery
from standins.wechat.people import Person
from standins.wechat.scenes import SceneCode, read_qr
from standins.wechat.world import World

TEXT_LIMIT = 2000


class CannotActError(Exception):
    """WeChat itself would not let the person do it; the text is for the person, Chinese first."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What scanning came to.

    Attributes:
        kind: ``scene`` (an event was sent), ``link`` (a page to open), ``text`` (anything else).
        value: scene, address or text.
        delivery: of the event, for ``scene``.
    """

    kind: str
    value: str
    delivery: Delivery | None = None

    def as_json(self) -> dict[str, Any]:
        delivery = self.delivery.as_json() if self.delivery else None
        return {"kind": self.kind, "value": self.value, "delivery": delivery}


class Acts:
    """A person's acts, each shown in the chat, delivered to the callback and waited for."""

    def __init__(self, world: World, callback: Callback) -> None:
        self._world = world
        self._callback = callback

    def follow(self, person: Person) -> Delivery:
        """Follow by search; nothing is sent to an account that is already followed."""
        if person.follows:
            return Delivery()
        self._now_follows(person, "")
        return self._event(person, "关注了公众号 · followed", "subscribe")

    def unfollow(self, person: Person) -> Delivery:
        if not person.follows:
            return Delivery()
        person.follows, person.scene = False, ""
        self._world.quota.closed(person.id)
        self._world.keep()
        return self._event(person, "取消关注 · unfollowed", "unsubscribe", opens_quota=False)

    def scan_scene(self, person: Person, code: SceneCode) -> Scanned:
        """Scan the account's parametric QR: SCAN for a follower, subscribe for anyone else."""
        if person.follows:
            words = f"扫描了二维码 · scanned ({code.scene})"
            sent = self._event(person, words, "SCAN", EventKey=code.scene, Ticket=code.ticket)
        else:
            self._now_follows(person, code.scene)
            words = f"扫码关注 · followed by scanning ({code.scene})"
            key = f"qrscene_{code.scene}"
            sent = self._event(person, words, "subscribe", EventKey=key, Ticket=code.ticket)
        return Scanned("scene", code.scene, sent)

    def scan_text(self, person: Person, text: str) -> Scanned:
        """Scan a QR code that holds `text`.

        Raises:
            CannotActError: for an official-account code that is unknown or expired.
        """
        code = self._world.scenes.live(url=text)
        if code is not None:
            return self.scan_scene(person, code)
        if text.startswith("http://weixin.qq.com/q/"):
            raise CannotActError("二维码已过期 · This QR code has expired")
        if urlsplit(text).scheme in {"http", "https"}:
            return Scanned("link", text)
        return Scanned("text", text)

    def scan_picture(self, person: Person, picture: bytes) -> Scanned:
        text = read_qr(picture)
        if text is None:
            raise CannotActError("未发现二维码 · No QR code in this picture")
        return self.scan_text(person, text)

    def write(self, person: Person, text: str) -> Delivery:
        """Raises CannotActError for a person who does not follow, or no text, or too much."""
        self._demand_follower(person)
        if not 1 <= len(text) <= TEXT_LIMIT:
            raise CannotActError("消息为 1 至 2000 字 · A message has 1 to 2,000 characters")
        self._append(person, "message", "text", text=text)
        self._world.quota.opened_by_message(person.id)
        return self._callback.message(person, "text", Content=text)

    def send_picture(self, person: Person, picture: bytes, base_url: str) -> Delivery:
        """Send a picture; `base_url` is where its PicUrl lives."""
        self._demand_follower(person)
        media_id = self._world.media.put(picture)
        self._append(person, "message", "image", media_id=media_id)
        self._world.quota.opened_by_message(person.id)
        address = f"{base_url}/sim/media/{media_id}"
        return self._callback.message(person, "image", PicUrl=address, MediaId=media_id)

    def click(self, person: Person, key: str) -> Delivery:
        self._demand_follower(person)
        name = self._button_name("key", key)
        return self._event(person, f"点击菜单「{name}」 · menu click", "CLICK", EventKey=key)

    def view(self, person: Person, url: str) -> Delivery:
        """A menu button that opens a page."""
        self._demand_follower(person)
        name = self._button_name("url", url)
        words = f"打开菜单「{name}」 · menu link"
        return self._event(person, words, "VIEW", opens_quota=False, EventKey=url)

    def _now_follows(self, person: Person, scene: str) -> None:
        person.follows, person.scene = True, scene
        person.followed_at = int(self._world.clock.now())
        self._world.keep()

    def _demand_follower(self, person: Person) -> None:
        if not person.follows:
            raise CannotActError("请先关注公众号 · Follow the account first")

    def _event(
        self, person: Person, words: str, event: str, *, opens_quota: bool = True, **fields: str
    ) -> Delivery:
        self._append(person, "event", "event", text=words)
        if opens_quota:
            self._world.quota.opened_by_event(person.id)
        return self._callback.event(person, event, **{"EventKey": "", **fields})

    def _append(self, person: Person, via: str, kind: str, **rest: Any) -> None:
        self._world.chats.append(person.id, self._world.clock.now(), "person", via, kind, **rest)

    def _button_name(self, field: str, value: str) -> str:
        """Raises CannotActError when the menu has no such button."""
        for button in self._world.menu:
            for one in button.get("sub_button") or [button]:
                if one.get(field) == value:
                    return str(one["name"])
        raise CannotActError("菜单中没有此项 · The menu has no such button")
