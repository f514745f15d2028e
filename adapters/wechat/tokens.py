"""Where access tokens are kept, and the rule that only one worker renews one at a time."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from access.domain.errors import ExternalSystemError

RENEW_EARLY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Token:
    """An access token.

    Attributes:
        value: the secret.
        expires_at: Unix seconds, kept beside the value so that every worker knows it.
    """

    value: str = field(repr=False)
    expires_at: int


class TokenStore(Protocol):
    """Shared memory for tokens. A store that fails behaves as empty: a token can always be fetched anew."""

    def get(self, name: str) -> Token | None: ...

    def put(self, name: str, token: Token) -> None: ...

    def exclusive(self, name: str, wait_seconds: float) -> AbstractContextManager[bool]:
        """Hold the right to renew `name`; yields False when it could not be had in `wait_seconds`."""
        ...


class MemoryTokenStore:
    """`TokenStore` for one process."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._guard = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, name: str) -> Token | None:
        with self._guard:
            return self._tokens.get(name)

    def put(self, name: str, token: Token) -> None:
        with self._guard:
            self._tokens[name] = token

    @contextmanager
    def exclusive(self, name: str, wait_seconds: float) -> Iterator[bool]:
        with self._guard:
            lock = self._locks[name]
        held = lock.acquire(timeout=wait_seconds)
        try:
            yield held
        finally:
            if held:
                lock.release()


class TokenKeeper:
    """Hands out a live token and renews it, one refresh at a time across workers.

    Args:
        store: shared by every worker.
        name: the account, in the store.
        fetch: asks WeChat; the argument is `force_refresh`.
        wait_seconds: how long a worker waits for another one's refresh.
        now: Unix seconds.
    """

    def __init__(
        self,
        store: TokenStore,
        name: str,
        fetch: Callable[[bool], Token],
        wait_seconds: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._name = name
        self._fetch = fetch
        self._wait = wait_seconds
        self._now = now

    def current(self) -> str:
        """A token that is live for at least two more minutes."""
        token = self._store.get(self._name)
        if token is not None and self._live(token, refused=None):
            return token.value
        return self._renewed(refused=None)

    def replace(self, refused: str) -> str:
        """Another token than the one WeChat has just refused."""
        return self._renewed(refused)

    def _live(self, token: Token, refused: str | None) -> bool:
        return token.value != refused and token.expires_at - RENEW_EARLY_SECONDS > self._now()

    def _renewed(self, refused: str | None) -> str:
        with self._store.exclusive(self._name, self._wait) as held:
            # Another worker may have renewed it while this one waited.
            token = self._store.get(self._name)
            if token is not None and self._live(token, refused):
                return token.value
            if not held:
                raise ExternalSystemError("wechat.busy", "another worker's token refresh did not end")
            token = self._fetch(False)
            if token.value == refused:
                # Forced refreshes are few a day, so only when the ordinary way gives the refused one again.
                token = self._fetch(True)
            self._store.put(self._name, token)
            return token.value
