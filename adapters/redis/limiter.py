"""`access.ports.RateLimiter`: fixed windows that begin with the first use of a key.

In Redis for several processes, in memory for one. Both deny when they cannot count.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import cast

import redis

_PREFIX = "kaimen:limit:"
_KEYS_HELD = 100_000
_NANOSECONDS_A_MS = 1_000_000

_COUNT = """
local uses = redis.call('INCR', KEYS[1])
if uses == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return uses
"""
"""One step in Redis, so that no key is ever left without an end."""


def _monotonic_ms() -> int:
    return time.monotonic_ns() // _NANOSECONDS_A_MS


class RedisLimiter:
    """Counts in Redis. What is counted is hashed there: keys name persons and addresses."""

    def __init__(self, client: redis.Redis) -> None:
        self._count = client.register_script(_COUNT)

    def allow(self, key: str, limit: int, window_ms: int) -> bool:
        name = _PREFIX + hashlib.sha256(key.encode()).hexdigest()
        try:
            return cast(int, self._count(keys=[name], args=[window_ms])) <= limit
        except redis.RedisError:
            return False


class MemoryLimiter:
    """Counts in this process.

    Args:
        clock: milliseconds that only grow.
        keys_held: how many keys are counted at once; more are denied until a window ends.
    """

    def __init__(self, clock: Callable[[], int] = _monotonic_ms, keys_held: int = _KEYS_HELD) -> None:
        self._clock = clock
        self._keys_held = keys_held
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, int]] = {}
        self._full_until = 0

    def allow(self, key: str, limit: int, window_ms: int) -> bool:
        with self._lock:
            now = self._clock()
            ends, uses = self._windows.get(key, (0, 0))
            if now >= ends:
                ends, uses = now + window_ms, 0
            if key not in self._windows and not self._has_room(now):
                return False
            self._windows[key] = (ends, uses + 1)
            return uses < limit

    def _has_room(self, now: int) -> bool:
        """Whether one more key can be held; while none has ended, nobody is made to look through all of them."""
        if len(self._windows) >= self._keys_held and now >= self._full_until:
            self._windows = {key: window for key, window in self._windows.items() if now < window[0]}
            self._full_until = min((ends for ends, _ in self._windows.values()), default=now)
        return len(self._windows) < self._keys_held
