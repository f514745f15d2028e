"""The duress code: digits that, typed with a card or pass, open as always and alarm in silence."""

from __future__ import annotations

import hashlib
import hmac

SHORTEST, LONGEST = 4, 8
"""Digits of a code."""
_TOKEN_BYTES = 16


def duress_token(card_key: bytes, code: str) -> str:
    """What a code of ASCII digits is kept as: HMAC-SHA256(card key, ``duress:`` + code)[:16], hexadecimal."""
    return hmac.digest(card_key, b"duress:" + code.encode("ascii"), hashlib.sha256)[:_TOKEN_BYTES].hex()
