"""The order in which people read household labels and building names: 2-101 before 10-101."""

from __future__ import annotations

import re

_PARTS = re.compile(r"\d+|\D+")


def natural(label: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that counts digits as numbers."""
    parts: list[str] = _PARTS.findall(label)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
