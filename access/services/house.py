"""What a use case may reach: the ports, gathered once by `app/` and passed to every service."""

from __future__ import annotations

from dataclasses import dataclass, field

from access.ports import Clock, FaceEngine, GateLink, Keys, RateLimiter, Texts, WeChat
from access.services.estate_book import EstateBooks
from access.services.keyring import Keyring
from access.stores import Database


@dataclass(frozen=True, slots=True)
class Policy:
    """Choices of the operator that services need.

    Attributes:
        public_url: where phones reach this service, without a trailing slash.
        photo_channels: channels on which a selfie may be taken (``chat``, ``page``, ``mini_program``, ``desk``).
        event_keep_days: how long entry records are kept.
        offline_hours: how long a gate goes on without the link.
        mini_appid: of the mini-program; empty where there is none.
        passback_seconds: the same card or door pass is refused at the same door this long; 0 switches it off.
        notice_template: template message with one field ``thing1``, for telling people something after the 48
            hours in which WeChat lets an account write freely; empty where there is none.
        mini_notice_template: subscription message of the mini-program with one field ``thing1``, for who asked
            there to be told; empty where there is none.
    """

    public_url: str
    photo_channels: frozenset[str] = frozenset({"chat", "page", "desk"})
    event_keep_days: int = 90
    offline_hours: int = 72
    mini_appid: str = ""
    passback_seconds: int = 0
    notice_template: str = ""
    mini_notice_template: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """The ports, the keyring over them, and the estates' books that this process holds."""

    db: Database
    clock: Clock
    keys: Keys
    wechat: WeChat
    faces: FaceEngine
    gatelink: GateLink
    limiter: RateLimiter
    texts: Texts
    policy: Policy
    books: EstateBooks = field(default_factory=EstateBooks)

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.keys)
