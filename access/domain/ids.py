"""Identifiers. 64 random bits in hexadecimal, the same eight bytes that a pass carries."""

from __future__ import annotations

import re
import secrets

_ID = re.compile(r"[0-9a-f]{16}")


def new_id() -> str:
    """A fresh identifier: 16 lower-case hexadecimal characters (64 random bits)."""
    return secrets.token_hex(8)


def is_id(text: str) -> bool:
    """True when `text` has the form of an identifier."""
    return _ID.fullmatch(text) is not None
