"""Under fourteen (Measures art. 7, PIPL art. 31). Year and month of birth are all that is kept."""

from __future__ import annotations

import re
from datetime import date

from access.domain.errors import InvalidInput
from access.domain.times import local, start_of_day

CHILD_BELOW = 14
ADULT_FROM = 18
_MONTH = re.compile(r"(19|20)\d{2}-(0[1-9]|1[0-2])")
_MONTHS = 12


def birth_month(text: str) -> str:
    """``YYYY-MM``. Raises InvalidInput ``person.birth``."""
    month = text.strip()
    if not _MONTH.fullmatch(month):
        raise InvalidInput("person.birth", "year and month of birth, such as 2015-09", field="birth_year_month")
    return month


def is_younger(born: str, years: int, at: int, timezone: str) -> bool:
    """Younger than `years`. The day is not kept: the whole month of the birthday counts as younger."""
    now = local(at, timezone)
    return bool(born) and now.year * _MONTHS + now.month <= _months(born) + years * _MONTHS


def turns(born: str, years: int, timezone: str) -> int:
    """First instant at which they are no longer younger than `years`."""
    year, month = divmod(_months(born) + years * _MONTHS, _MONTHS)
    return start_of_day(date(year, month + 1, 1), timezone)


def _months(born: str) -> int:
    year, _, month = born.partition("-")
    return int(year) * _MONTHS + int(month)
