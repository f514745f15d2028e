"""How people write their household: ``1-301``, ``1栋301``, ``一号楼 301室``, ``Building 1, Room 301``."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_NUMBER = re.compile(r"[零〇一二两三四五六七八九十]{1,3}")
_BETWEEN = re.compile(
    r"号楼|号院|单元|栋|幢|座|楼|层|室|户|房|号|BUILDING|BLOCK|BLDG|TOWER|UNIT|ROOM|FLAT|APARTMENT|APT|NO\b|[^0-9A-Z]+"
)


def spellings(text: str, building: str = "") -> tuple[str, ...]:
    """Labels that a text may mean, likeliest first; empty when it names no household.

    Args:
        building: name of the building whose QR code was scanned; a bare room number is looked for there first.
    """
    if len(text) > LONGEST:
        return ()
    written, house = " ".join(text.split()), _parts(building)
    parts = _parts(text)
    if not any(any(c.isdigit() for c in part) for part in parts):
        return ()
    found = ["-".join((*house[:1], *parts))] if house and len(parts) == 1 else []
    return tuple(dict.fromkeys((*found, "-".join(parts), written)))


def _parts(text: str) -> tuple[str, ...]:
    upper = unicodedata.normalize("NFKC", text).upper()
    arabic = _CHINESE_NUMBER.sub(lambda match: str(_value(match.group())), upper)
    return tuple(part for part in _BETWEEN.sub("-", arabic).split("-") if part)


def _value(numeral: str) -> str:
    """``十二`` is 12; ``三零一`` is spelt digit by digit."""
    if "十" not in numeral:
        return "".join(str(_DIGITS[c]) for c in numeral)
    tens, _, ones = numeral.partition("十")
    return str(10 * (_DIGITS.get(tens, 1)) + _DIGITS.get(ones, 0))
