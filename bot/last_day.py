"""How people write the last day of a stay: ``2026-12-31``, ``2026年12月31日``, ``12/31``, ``31 Dec 2026``."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

MAX_YEARS = 5

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年 ]\s*(\d{1,2})\s*[-/.月 ]\s*(\d{1,2})\s*[日号]?")
_RUN = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_ENGLISH = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")


def last_day(text: str, today: date) -> date | None:
    """The day that is meant; without a year the next one, today included. None when it is no date."""
    written = unicodedata.normalize("NFKC", text).strip(" 。.")
    full = _YEAR_FIRST.fullmatch(written) or _RUN.fullmatch(written)
    if full is not None:
        return _day(*(int(part) for part in full.groups()))
    short = _MONTH_FIRST.fullmatch(written)
    if short is not None:
        return _next(int(short.group(1)), int(short.group(2)), today)
    return _english(written)


def lies_ahead(day: date, today: date) -> bool:
    """Not over yet, and at most five years from now."""
    return today <= day and (day.year - today.year, day.month, day.day) <= (MAX_YEARS, today.month, today.day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(month: int, day: int, today: date) -> date | None:
    """The first such day from today on; 29 February may be some years away."""
    found = (_day(year, month, day) for year in range(today.year, today.year + MAX_YEARS))
    return next((candidate for candidate in found if candidate is not None and candidate >= today), None)


def _english(written: str) -> date | None:
    for form in _ENGLISH:
        try:
            return datetime.strptime(written.replace(",", ""), form).date()  # noqa: DTZ007 - a day, no instant
        except ValueError:
            continue
    return None
