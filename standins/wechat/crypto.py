"""WeChat's message encryption from its documentation, written apart from wechatpy so that neither hides
the other's mistakes. AES-256-CBC, IV = key[:16]; 16 random bytes + length (4, big-endian) + text + appid;
PKCS#7 to 32."""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher as AesCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

_BLOCK = 32
_PREFIX = 16


def signature(*parts: str) -> str:
    """sha1 of the sorted parts, hexadecimal."""
    joined = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


class Cipher:
    """Encrypts what is pushed and decrypts what is replied.

    Raises:
        ValueError: from the constructor for a key that is not 43 characters of base64, from `decrypt` for
            anything that was not made with the same key and appid.
    """

    def __init__(self, token: str, aes_key: str, appid: str) -> None:
        self._key = base64.b64decode(aes_key + "=", validate=True)
        if len(self._key) != _BLOCK:
            raise ValueError("EncodingAESKey has 43 characters")
        self.token = token
        self._appid = appid.encode()
        self._aes = AesCipher(algorithms.AES(self._key), modes.CBC(self._key[:_PREFIX]))

    def encrypt(self, text: str) -> str:
        raw = text.encode()
        plain = secrets.token_bytes(_PREFIX) + len(raw).to_bytes(4, "big") + raw + self._appid
        pad = _BLOCK - len(plain) % _BLOCK
        encryptor = self._aes.encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, sealed: str) -> str:
        decryptor = self._aes.decryptor()
        plain = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        pad = plain[-1] if plain else 0
        if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise ValueError("the padding is wrong")
        content = plain[_PREFIX:-pad]
        end = 4 + int.from_bytes(content[:4], "big")
        if content[end:] != self._appid:
            raise ValueError("the message is of another account")
        return content[4:end].decode()
