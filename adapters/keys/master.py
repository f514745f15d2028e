"""What a master key does, wherever it lies: wrap the few secrets that all else hangs on, and unwrap them."""

from __future__ import annotations

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from access.domain.errors import ExternalSystemError, InvalidInput

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_SECRET_LABEL = "wrap-secret"  # noqa: S105 - a label


class Master(Protocol):
    """One master key: of a file or the environment, or inside a token that never lets it out."""

    def check(self) -> None:
        """Say at the start what would fail later.

        Raises:
            InvalidInput: ``keys.token``: the module, the token, its PIN or the key is not what the settings say.
        """
        ...

    def wrap(self, plain: bytes, bound: bytes) -> bytes:
        """``nonce (12) ‖ AES-256-GCM ciphertext and tag (16)``; `bound` is authenticated.

        Raises:
            ExternalSystemError: ``keys.token`` when the token does not answer.
        """
        ...

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """
        Raises:
            ExternalSystemError: ``keys.unreadable`` (permanent); ``keys.token`` when the token does not answer.
        """
        ...

    def before(self, label: str) -> bytes:
        """The 32-byte key that earlier versions derived from a master key itself; see `MasterKeys.renew`.

        Raises:
            ExternalSystemError: ``keys.unreadable``: no such key was ever derived from this one.
        """
        ...


class FileMaster:
    """A master key that this process holds."""

    def __init__(self, key: bytes) -> None:
        """
        Raises:
            InvalidInput: ``keys.master`` unless 32 bytes.
        """
        if len(key) != KEY_BYTES:
            raise InvalidInput("keys.master", "a master key is 32 bytes")
        self._key = key
        self._wrapping = self.before(_SECRET_LABEL)

    def check(self) -> None:
        """Nothing can be missing."""

    def wrap(self, plain: bytes, bound: bytes) -> bytes:
        return seal(self._wrapping, plain, bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        return unseal(self._wrapping, wrapped, bound)

    def before(self, label: str) -> bytes:
        return hkdf(self._key, f"master/{label}")


def hkdf(key: bytes, info: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt; 32 bytes."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info.encode()).derive(key)


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """``nonce ‖ AES-256-GCM``.

    Raises:
        ValueError: the key is not 32 bytes.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """
    Raises:
        ExternalSystemError: ``keys.unreadable``.
    """
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise unreadable("too short")
    try:
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except InvalidTag as error:
        raise unreadable("not under this key and context") from error


def unreadable(why: str) -> ExternalSystemError:
    return ExternalSystemError("keys.unreadable", why, permanent=True)


def _cipher(key: bytes) -> AESGCM:
    # AESGCM would take a shorter key and be AES-128 without a word.
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes")
    return AESGCM(key)
