"""Access tokens: `token` and `stable_token`, their overlap, and ways to spoil them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from standins.wechat.refusals import RefusedError

LIFE_SECONDS = 7200
OVERLAP_SECONDS = 300
FORCED_A_DAY = 20
_DAY = 86_400


@dataclass(slots=True)
class _Token:
    appid: str
    value: str
    until: float
    stable: bool


class Tokens:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._tokens: dict[str, _Token] = {}
        self._forced: list[tuple[str, float]] = []

    def plain(self, appid: str) -> tuple[str, int]:
        """A new token and its seconds; the one before lives five minutes more."""
        with self._lock:
            for token in self._of(appid, stable=False):
                token.until = min(token.until, self._now() + OVERLAP_SECONDS)
            return self._new(appid, stable=False)

    def stable(self, appid: str, *, force: bool) -> tuple[str, int]:
        """The live token, or a new one in its last five minutes or when forced (20 a day, else 45009)."""
        with self._lock:
            if force:
                self._count_forced(appid)
                for token in self._of(appid, stable=True):
                    del self._tokens[token.value]
            for token in self._of(appid, stable=True):
                left = token.until - self._now()
                if left > OVERLAP_SECONDS:
                    return token.value, int(left)
            return self._new(appid, stable=True)

    def appid_of(self, value: str) -> str:
        """Whose token it is. Raises RefusedError 41001, 40001 or 42001."""
        with self._lock:
            if not value:
                raise RefusedError(41001)
            token = self._tokens.get(value)
            if token is None:
                raise RefusedError(40001)
            if token.until <= self._now():
                raise RefusedError(42001)
            return token.appid

    def invalidate_all(self) -> None:
        """Every token now answers 40001."""
        with self._lock:
            self._tokens.clear()

    def expire_all(self) -> None:
        """Every token now answers 42001."""
        with self._lock:
            for token in self._tokens.values():
                token.until = self._now()

    def _of(self, appid: str, *, stable: bool) -> list[_Token]:
        return [one for one in self._tokens.values() if one.appid == appid and one.stable is stable]

    def _new(self, appid: str, *, stable: bool) -> tuple[str, int]:
        value = secrets.token_urlsafe(64)
        self._tokens[value] = _Token(appid, value, self._now() + LIFE_SECONDS, stable)
        return value, LIFE_SECONDS

    def _count_forced(self, appid: str) -> None:
        day = self._now() - _DAY
        self._forced = [one for one in self._forced if one[1] > day]
        if sum(one[0] == appid for one in self._forced) >= FORCED_A_DAY:
            raise RefusedError(45009)
        self._forced.append((appid, self._now()))
