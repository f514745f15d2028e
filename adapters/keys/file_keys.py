"""`access.ports.Keys`: envelope encryption under one or several master keys.

Every blob is ``master key id (1 byte) ‖ nonce (12) ‖ AES-256-GCM ciphertext and tag``; the id and the context
are authenticated. The id names the master key that the blob stands directly under, 0 where it stands under
another key. Only wrapped secrets stand directly under a master key: those of the estates, of the platform, and of
the installation. So a new master key needs no more than these few written anew, and the old one can go.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from functools import lru_cache

from access.domain.errors import ExternalSystemError, InvalidInput
from adapters.keys.master import KEY_BYTES, FileMaster, Master, hkdf, seal, unreadable, unseal

_NO_MASTER = 0
_LAST_ID = 255
_BLIND_BYTES = 16
_SECRETS_HELD = 256
_DERIVED_HELD = 4_096
_SECRET_CONTEXT = "kaimen.secret"  # noqa: S105 - a label
_KEY_CONTEXT = "kaimen.key"

Installation = Callable[[], bytes | None]
"""Reads the installation's wrapped secret from where it is kept; None before there is one."""


class MasterKeys:
    """Envelope encryption; thread-safe. What was unwrapped once is kept in memory, so that a token is asked seldom.

    Args:
        masters: one key, or keys by id (1 to 255).
        current: id of the key that new secrets go under; the highest by default.
        installation: of the installation's own secret.

    Raises:
        InvalidInput: ``keys.master`` when a key is not 32 bytes or an id is out of range.
    """

    def __init__(
        self,
        masters: bytes | Mapping[int, bytes | Master],
        current: int | None = None,
        installation: Installation | None = None,
    ) -> None:
        given = {1: masters} if isinstance(masters, bytes) else masters
        self._current = max(given, default=0) if current is None else current
        if self._current not in given:
            raise InvalidInput("keys.master", "the current master key is not among the master keys")
        if not all(1 <= key_id <= _LAST_ID for key_id in given):
            raise InvalidInput("keys.master", "a master key is 32 bytes under an id from 1 to 255")
        self._masters = {n: FileMaster(key) if isinstance(key, bytes) else key for n, key in given.items()}
        self._read = installation
        self._labels: dict[bytes, str] = {}
        # Estate secrets are unwrapped and derived from at every decision; the caches are bounded.
        self._secret = lru_cache(maxsize=_SECRETS_HELD)(self._opened_secret)
        self._derived = lru_cache(maxsize=_DERIVED_HELD)(self._derive)
        self._own = lru_cache(maxsize=_SECRETS_HELD)(self._of_installation)

    def check(self) -> None:
        """Ask each master key's token whether it is there.

        Raises:
            InvalidInput: ``keys.token``.
        """
        for master in self._masters.values():
            master.check()

    def new_secret(self) -> bytes:
        return self._wrapped(os.urandom(KEY_BYTES))

    def derive(self, wrapped: bytes, label: str) -> bytes:
        return self._derived(wrapped, label)

    def new_key(self, wrapping: bytes) -> bytes:
        return self.seal(wrapping, os.urandom(KEY_BYTES), _KEY_CONTEXT)

    def unwrap(self, wrapped: bytes, wrapping: bytes) -> bytes:
        return self.open(wrapping, wrapped, _KEY_CONTEXT)

    def renew_secret(self, wrapped: bytes) -> bytes:
        return wrapped if self.master_of(wrapped) == self._current else self._wrapped(self._secret(wrapped))

    def renew(self, sealed: bytes, label: str, context: str | None = None) -> bytes:
        if self.master_of(sealed) == _NO_MASTER:
            return sealed
        key, bound = self.installation(label), _KEY_CONTEXT if context is None else context
        return self.seal(key, self.open(key, sealed, bound), bound)

    def master_of(self, blob: bytes) -> int:
        return blob[0] if blob else _NO_MASTER

    def installation(self, label: str) -> bytes:
        key = self._own(label)
        # Remembered, so that `open` knows what an earlier version put a blob of that label under.
        self._labels[key] = label
        return key

    def seal(self, key: bytes, plain: bytes, context: str) -> bytes:
        """The blob.

        Raises:
            ValueError: the key is not 32 bytes.
        """
        return bytes((_NO_MASTER,)) + seal(key, plain, _bound(_NO_MASTER, context))

    def open(self, key: bytes, sealed: bytes, context: str) -> bytes:
        key_id = self.master_of(sealed)
        return unseal(self._key_of(key_id, key), sealed[1:], _bound(key_id, context))

    def blind(self, label: str, value: str) -> str:
        key = self._own(f"blind/{label}")
        return hmac.digest(key, value.encode(), hashlib.sha256)[:_BLIND_BYTES].hex()

    def _key_of(self, key_id: int, key: bytes) -> bytes:
        """`key` itself, or what an earlier version used in its place under the master key that a blob names."""
        if key_id == _NO_MASTER:
            return key
        label = self._labels.get(key)
        if label is None:
            raise unreadable("its key stands under no master key")
        return self._master(key_id).before(label)

    def _master(self, key_id: int) -> Master:
        if key_id not in self._masters:
            raise unreadable("its master key is not at hand")
        return self._masters[key_id]

    def _wrapped(self, plain: bytes) -> bytes:
        bound = _bound(self._current, _SECRET_CONTEXT)
        return bytes((self._current,)) + self._masters[self._current].wrap(plain, bound)

    def _opened_secret(self, wrapped: bytes) -> bytes:
        key_id = self.master_of(wrapped)
        return self._master(key_id).unwrap(wrapped[1:], _bound(key_id, _SECRET_CONTEXT))

    def _of_installation(self, label: str) -> bytes:
        wrapped = self._read() if self._read is not None else None
        if wrapped is None:
            raise ExternalSystemError("keys.unprepared", "run `kaimen db migrate` first", permanent=True)
        return hkdf(self._secret(wrapped), f"installation/{label}")

    def _derive(self, wrapped: bytes, label: str) -> bytes:
        return hkdf(self._secret(wrapped), f"secret/{label}")


def _bound(key_id: int, context: str) -> bytes:
    return bytes((key_id,)) + context.encode()
