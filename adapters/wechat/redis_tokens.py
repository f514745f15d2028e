"""`TokenStore` in Redis, for several workers."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
from redis.exceptions import LockError, RedisError

from adapters.wechat.tokens import MemoryTokenStore, Token

_log = logging.getLogger(__name__)
_LOCK_SECONDS = 30.0
_POLL_SECONDS = 0.05


class RedisTokenStore:
    """`TokenStore` over one Redis; while it is away each process keeps its own token.

    Losing Redis costs a fetch and never a message: stable tokens are the same for every worker.
    """

    def __init__(
        self, client: redis.Redis, prefix: str = "kaimen:wechat:", now: Callable[[], float] = time.time
    ) -> None:
        self._redis = client
        self._prefix = prefix
        self._now = now
        self._local = MemoryTokenStore()

    def get(self, name: str) -> Token | None:
        try:
            raw = self._redis.get(self._key(name))
        except RedisError:
            _log.warning("redis is away: using this process's own WeChat token")
            return self._local.get(name)
        return _parsed(raw) if raw is not None else None

    def put(self, name: str, token: Token) -> None:
        self._local.put(name, token)
        seconds = max(1, int(token.expires_at - self._now()))
        raw = json.dumps({"value": token.value, "expires_at": token.expires_at})
        try:
            self._redis.set(self._key(name), raw, ex=seconds)
        except RedisError:
            _log.warning("redis is away: the WeChat token is not shared")

    @contextmanager
    def exclusive(self, name: str, wait_seconds: float) -> Iterator[bool]:
        # redis-py's lock is SET NX PX with a random owner, released by a compare-and-delete script.
        lock = self._redis.lock(
            self._key(name) + ":lock", timeout=_LOCK_SECONDS, sleep=_POLL_SECONDS, blocking_timeout=wait_seconds
        )
        with _held(lock) as held:
            if held is not None:
                yield held
                return
        with self._local.exclusive(name, wait_seconds) as held_here:
            yield held_here

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}"


@contextmanager
def _held(lock: redis.lock.Lock) -> Iterator[bool | None]:
    """Whether the lock was had in time; None when Redis is away."""
    try:
        held: bool | None = bool(lock.acquire())
    except RedisError:
        held = None
    try:
        yield held
    finally:
        if held:
            _release(lock)


def _release(lock: redis.lock.Lock) -> None:
    try:
        lock.release()
    except (LockError, RedisError):
        _log.warning("the lock on the WeChat token ran out or redis is away")


def _parsed(raw: bytes | str) -> Token | None:
    """None for anything that is not what `put` wrote: it is fetched anew."""
    try:
        data = json.loads(raw)
        return Token(str(data["value"]), int(data["expires_at"]))
    except (ValueError, TypeError, KeyError):
        return None
