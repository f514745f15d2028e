"""A master key inside a PKCS#11 token (a hardware security module, a smart card, SoftHSM): it never leaves it.

Wrapping is AES-256-GCM in the token (CKM_AES_GCM, PKCS#11 v2.40 §2.12.3), in the form that `FileMaster` writes, so
that a file key and a token key can take each other's place. The token is asked once a process for each secret.
The library is needed only by those who set a token: `requirements-pkcs11.txt`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from access.domain.errors import Conflict, ExternalSystemError, InvalidInput
from adapters.keys.master import KEY_BYTES, NONCE_BYTES, TAG_BYTES, unreadable

_TAG_BITS = 8 * TAG_BYTES
_BITS = 8 * KEY_BYTES
_one_at_a_time = threading.Lock()
"""Sessions of one token share its login, so one process opens one at a time."""
_processes: dict[Path, int] = {}
"""Which process initialised a module: a forked child has to do it anew (PKCS#11 v2.40, C_Initialize)."""


@dataclass(frozen=True, slots=True)
class Token:
    """Where a token is. `module` is the vendor's shared library."""

    module: Path
    label: str
    pin: str = field(repr=False)


class TokenMaster:
    """The key with that label in a token. Opens nothing until it is first used."""

    def __init__(self, token: Token, label: str) -> None:
        self._token = token
        self._label = label

    def check(self) -> None:
        """
        Raises:
            InvalidInput: ``keys.token``, saying which of module, token, PIN and key is wrong.
        """
        try:
            with self._key():
                pass
        except ExternalSystemError as error:
            raise InvalidInput("keys.token", error.message) from error

    def wrap(self, plain: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        with self._key() as key:
            return nonce + _encrypted(key, nonce, plain, bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        if len(wrapped) < NONCE_BYTES + TAG_BYTES:
            raise unreadable("too short")
        with self._key() as key:
            opened = _decrypted(key, wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
            if opened is None and _is_well(key):
                raise unreadable("not under this key and context")
        if opened is None:
            raise _trouble("the token does not decrypt")
        return opened

    def before(self, label: str) -> bytes:
        """No version derived keys from a key in a token."""
        raise unreadable(f"{label} never stood under a token's key")

    def make(self) -> None:
        """A new key of that label, made in the token, never to be read out of it.

        Raises:
            Conflict: ``keys.taken`` when there is one.
            ExternalSystemError: ``keys.token``.
        """
        pkcs11 = _library()
        with _session(self._token, write=True) as session:
            wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY, pkcs11.Attribute.LABEL: self._label}
            if any(True for _ in session.get_objects(wanted)):
                raise Conflict("keys.taken", "the token has a key of this label")
            session.generate_key(
                pkcs11.KeyType.AES,
                _BITS,
                label=self._label,
                store=True,
                capabilities=pkcs11.MechanismFlag.ENCRYPT | pkcs11.MechanismFlag.DECRYPT,
                template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
            )

    @contextmanager
    def _key(self) -> Iterator[Any]:
        pkcs11 = _library()
        with _session(self._token, write=False) as session:
            try:
                key = session.get_key(object_class=pkcs11.ObjectClass.SECRET_KEY, label=self._label)
            except pkcs11.NoSuchKey as error:
                raise _trouble("the token has no key of that label: `kaimen keys make` makes one") from error
            except pkcs11.MultipleObjectsReturned as error:
                raise _trouble("the token has several keys of that label") from error
            if key.key_length != _BITS or key[pkcs11.Attribute.EXTRACTABLE]:
                raise _trouble("the token's key is not one of 256 bits that stays in the token")
            yield key


@contextmanager
def _session(token: Token, *, write: bool) -> Iterator[Any]:
    """A session of one's own, and the module's errors in the words of the house. The PIN is in none of them."""
    pkcs11 = _library()
    with _one_at_a_time:
        try:
            found = _module(token.module).get_token(token_label=token.label)
            with found.open(user_pin=token.pin, rw=write) as session:
                yield session
        except pkcs11.NoSuchToken as error:
            raise _trouble("no token of that label: is it plugged in, or initialised?") from error
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            raise _trouble("the token's PIN is wrong: mend it before another try, or it locks") from error
        except pkcs11.PinLocked as error:
            raise _trouble("the token is locked after wrong PINs: its security officer unlocks it") from error
        except pkcs11.PKCS11Error as error:
            raise _trouble(f"the token answers {type(error).__name__}") from error


def _module(path: Path) -> Any:
    pkcs11 = _library()
    try:
        module = pkcs11.lib(str(path))
    except pkcs11.PKCS11Error as error:
        raise _trouble(f"the module {path} cannot be loaded") from error
    if _processes.setdefault(path, os.getpid()) != os.getpid():
        module.reinitialize()
        _processes[path] = os.getpid()
    return module


def _library() -> Any:
    try:
        import pkcs11  # noqa: PLC0415 - needed by those alone who set a token
    except ImportError as error:
        raise _trouble("the package python-pkcs11 is missing: install requirements-pkcs11.txt") from error
    return pkcs11


def _encrypted(key: Any, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    pkcs11 = _library()
    param = pkcs11.GCMParams(nonce, bound, _TAG_BITS)
    return bytes(key.encrypt(plain, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=param))


def _decrypted(key: Any, nonce: bytes, body: bytes, bound: bytes) -> bytes | None:
    """None when the token refuses: modules answer a false tag in different ways, some as a general error."""
    pkcs11 = _library()
    param = pkcs11.GCMParams(nonce, bound, _TAG_BITS)
    try:
        return bytes(key.decrypt(body, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=param))
    except pkcs11.PKCS11Error:
        return None


def _is_well(key: Any) -> bool:
    """Whether the token still encrypts and decrypts: then what it refused was false."""
    nonce, plain = os.urandom(NONCE_BYTES), os.urandom(KEY_BYTES)
    pkcs11 = _library()
    try:
        return _decrypted(key, nonce, _encrypted(key, nonce, plain, b""), b"") == plain
    except pkcs11.PKCS11Error:
        return False


def _trouble(why: str) -> ExternalSystemError:
    return ExternalSystemError("keys.token", why)
