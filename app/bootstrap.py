"""Wiring: the one place where ports meet their adapters."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import redis

from access.ports import FaceEngine, RateLimiter
from access.services.house import House, Policy
from adapters.db.database import PeeweeDatabase
from adapters.face.remote import MutualTls, over_tls, over_unix_socket
from adapters.gatelink import redis_streams
from adapters.gatelink.outbox import OutboxLink
from adapters.gatelink.redis_streams import RedisStreamsLink
from adapters.redis.limiter import MemoryLimiter, RedisLimiter
from adapters.texts.toml_texts import TomlTexts
from adapters.texts.toml_texts import load as load_texts
from adapters.wechat.client import WeChatClient
from adapters.wechat.options import WeChatOptions
from adapters.wechat.redis_tokens import RedisTokenStore
from adapters.wechat.tokens import MemoryTokenStore
from app.clock import SystemClock
from app.faceless import FacelessEngine
from app.settings import Settings
from app.stored import database, master_keys

ROOT = Path(__file__).resolve().parent.parent
REDIS_SECONDS = 1.0
TEXTS = ROOT / "templates" / "messages"


def build_house(settings: Settings, faces: FaceEngine | None = None) -> House:
    """Every port with the adapter that the settings ask for. Opens nothing until first used, but a keys' token.

    Raises:
        InvalidInput: ``keys.token``: the token that should hold a master key is not as the settings say.
    """
    db = database(settings)
    return House(
        db=db,
        clock=SystemClock(),
        keys=master_keys(settings, db),
        wechat=_wechat(settings),
        faces=faces if faces is not None else face_client(settings),
        gatelink=gate_link(settings, db),
        limiter=_limiter(settings),
        texts=texts(),
        policy=_policy(settings),
    )


def texts() -> TomlTexts:
    return load_texts(TEXTS)


def face_client(settings: Settings) -> FaceEngine:
    """The remote face process, or an engine that always says it is away where none is set."""
    address = settings.face_address
    if not address:
        return FacelessEngine()
    if address.startswith("unix:"):
        return over_unix_socket(Path(address.removeprefix("unix:")))
    authority, certificate, key = settings.face_tls
    if authority is None or certificate is None or key is None:
        return FacelessEngine()
    return over_tls(address, MutualTls(authority, certificate, key))


def _wechat(settings: Settings) -> WeChatClient:
    options = WeChatOptions(
        oa_appid=settings.oa_appid,
        oa_secret=settings.oa_secret.get_secret_value(),
        mp_appid=settings.mp_appid,
        mp_secret=settings.mp_secret.get_secret_value(),
        api_base=settings.wechat_api_base,
        open_base=settings.wechat_open_base,
    )
    store = RedisTokenStore(_redis(settings)) if settings.redis_url else MemoryTokenStore()
    return WeChatClient(options, store)


def _redis(settings: Settings) -> redis.Redis:
    """A client that gives up soon: a Redis that hangs must deny, not hang whoever asks."""
    return redis.Redis.from_url(
        settings.redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )


def _limiter(settings: Settings) -> RateLimiter:
    return RedisLimiter(_redis(settings)) if settings.redis_url else MemoryLimiter()


def gate_link(settings: Settings, db: PeeweeDatabase) -> OutboxLink | RedisStreamsLink:
    """Towards the link process, and in it: the SQL outbox alone, or Redis streams to wake many hosts."""
    if settings.link == "redis":
        return RedisStreamsLink(db, redis_streams.connect(settings.redis_url))
    return OutboxLink(db)


def _policy(settings: Settings) -> Policy:
    return Policy(
        public_url=settings.public_url,
        photo_channels=frozenset(settings.photo_channels),
        event_keep_days=settings.event_keep_days,
        offline_hours=settings.offline_hours,
        mini_appid=settings.mp_appid,
        notice_template=settings.notice_template,
        mini_notice_template=settings.mp_notice_template,
        passback_seconds=settings.passback_seconds,
    )


def host_of(url: str) -> str:
    """Host name of an address, for TRUSTED_HOSTS."""
    return urlsplit(url).hostname or "localhost"
