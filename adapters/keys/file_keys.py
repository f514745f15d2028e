"""`access.ports.Keys` under master keys that come from a file or the environment.

Every blob is ``master key id (1 byte) ‖ nonce (12) ‖ AES-256-GCM ciphertext and tag``; the id and the context
are authenticated. The id names the master key that the blob stands directly under, 0 where it stands under
another key. So several master keys may be live: new blobs go under the current one, older ones stay readable
until they have been written anew.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from access.domain.errors import ExternalSystemError, InvalidInput

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = 1 + _NONCE_BYTES
_NO_MASTER = 0
_LAST_ID = 255
_BLIND_BYTES = 16
_SECRETS_HELD = 256
_DERIVED_HELD = 4_096
_SECRET_CONTEXT = "kaimen.secret"  # noqa: S105 - a label
_KEY_CONTEXT = "kaimen.key"
_SECRET_LABEL = "wrap-secret"  # noqa: S105 - a label


class MasterKeys:
    """Envelope encryption under one or several 32-byte master keys; thread-safe.

    Blind indexes cannot be read back, so they keep to the oldest master key (the lowest id) until somebody has
    made them anew: that key goes last.

    Args:
        masters: one key, or keys by id (1 to 255).
        current: id of the key that new blobs go under; the highest by default.

    Raises:
        InvalidInput: ``keys.master`` when a key is not 32 bytes or an id is out of range.
    """

    def __init__(self, masters: bytes | Mapping[int, bytes], current: int | None = None) -> None:
        self._masters = {1: masters} if isinstance(masters, bytes) else dict(masters)
        self._current = max(self._masters, default=0) if current is None else current
        if self._current not in self._masters:
            raise InvalidInput("keys.master", "the current master key is not among the master keys")
        for key_id, key in self._masters.items():
            if not 1 <= key_id <= _LAST_ID or len(key) != KEY_BYTES:
                raise InvalidInput("keys.master", "a master key is 32 bytes under an id from 1 to 255")
        self._labels: dict[bytes, str] = {}
        # Estate secrets are unwrapped and derived from at every decision; both caches are bounded.
        self._secret = lru_cache(maxsize=_SECRETS_HELD)(self._opened_secret)
        self._derived = lru_cache(maxsize=_DERIVED_HELD)(self._derive)
        self._under = lru_cache(maxsize=_SECRETS_HELD)(self._under_master)

    def new_secret(self) -> bytes:
        return self.seal(self.master(_SECRET_LABEL), os.urandom(KEY_BYTES), _SECRET_CONTEXT)

    def derive(self, wrapped: bytes, label: str) -> bytes:
        return self._derived(wrapped, label)

    def new_key(self, wrapping: bytes) -> bytes:
        return self.seal(wrapping, os.urandom(KEY_BYTES), _KEY_CONTEXT)

    def unwrap(self, wrapped: bytes, wrapping: bytes) -> bytes:
        return self.open(wrapping, wrapped, _KEY_CONTEXT)

    def renew_secret(self, wrapped: bytes) -> bytes:
        return self.renew(wrapped, _SECRET_LABEL, _SECRET_CONTEXT)

    def renew(self, sealed: bytes, label: str, context: str | None = None) -> bytes:
        if sealed[:1] == bytes((self._current,)):
            return sealed
        key, bound = self.master(label), _KEY_CONTEXT if context is None else context
        return self.seal(key, self.open(key, sealed, bound), bound)

    def master(self, label: str) -> bytes:
        key = self._under(self._current, label)
        # Remembered, so that `open` knows which key of an older master a blob of that label stands under.
        self._labels[key] = label
        return key

    def seal(self, key: bytes, plain: bytes, context: str) -> bytes:
        """The blob.

        Raises:
            ValueError: the key is not 32 bytes.
        """
        key_id = self._current if key in self._labels else _NO_MASTER
        nonce = os.urandom(_NONCE_BYTES)
        return bytes((key_id,)) + nonce + _cipher(key).encrypt(nonce, plain, _bound(key_id, context))

    def open(self, key: bytes, sealed: bytes, context: str) -> bytes:
        if len(sealed) < _HEADER_BYTES + _TAG_BYTES:
            raise _unreadable("too short")
        key_id = sealed[0]
        nonce, body = sealed[1:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        try:
            return _cipher(self._key_of(key_id, key)).decrypt(nonce, body, _bound(key_id, context))
        except InvalidTag as error:
            raise _unreadable("not under this key and context") from error

    def blind(self, label: str, value: str) -> str:
        key = self._under(min(self._masters), f"blind/{label}")
        return hmac.digest(key, value.encode(), hashlib.sha256)[:_BLIND_BYTES].hex()

    def _key_of(self, key_id: int, key: bytes) -> bytes:
        """`key` itself, or what stands for it under the older master key that a blob names."""
        if key_id in (_NO_MASTER, self._current):
            return key
        label = self._labels.get(key)
        if label is None or key_id not in self._masters:
            raise _unreadable("its master key is not at hand")
        return self._under(key_id, label)

    def _under_master(self, key_id: int, label: str) -> bytes:
        return _hkdf(self._masters[key_id], f"master/{label}")

    def _opened_secret(self, wrapped: bytes) -> bytes:
        return self.open(self.master(_SECRET_LABEL), wrapped, _SECRET_CONTEXT)

    def _derive(self, wrapped: bytes, label: str) -> bytes:
        return _hkdf(self._secret(wrapped), f"secret/{label}")


def parse_masters(text: str) -> MasterKeys:
    """Master keys from a setting: one key in hexadecimal or base64, or ``id:key`` a line (or between commas).

    Raises:
        InvalidInput: ``keys.master``; the message never holds the text.
    """
    entries = [entry.strip() for entry in text.replace(",", "\n").splitlines() if entry.strip()]
    masters: dict[int, bytes] = {}
    for entry in entries:
        number, colon, key = entry.rpartition(":")
        if (colon and not number.isdecimal()) or (not colon and len(entries) > 1):
            raise InvalidInput("keys.master", "several master keys are written as id:key")
        masters[int(number) if colon else 1] = _key(key)
    if len(masters) != len(entries):
        raise InvalidInput("keys.master", "two master keys have the same id")
    return MasterKeys(masters)


def read_masters(path: Path) -> MasterKeys:
    """Master keys from a file, in the form of `parse_masters`.

    Raises:
        InvalidInput: ``keys.master``, also when the file cannot be read.
    """
    try:
        return parse_masters(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput("keys.master", "the master key file cannot be read") from error


def _key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("keys.master", "a master key is 64 hexadecimal digits or base64") from error
    if len(key) != KEY_BYTES:
        raise InvalidInput("keys.master", "a master key is 32 bytes")
    return key


def _hkdf(key: bytes, info: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info.encode()).derive(key)


def _cipher(key: bytes) -> AESGCM:
    # AESGCM would take a shorter key and be AES-128 without a word.
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes")
    return AESGCM(key)


def _bound(key_id: int, context: str) -> bytes:
    return bytes((key_id,)) + context.encode()


def _unreadable(why: str) -> ExternalSystemError:
    return ExternalSystemError("keys.unreadable", why, permanent=True)
