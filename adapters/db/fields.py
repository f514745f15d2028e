"""Column types: how a domain value stands in SQL. The row classes are the only place that says so."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from peewee import SQL, BigAutoField, BigIntegerField, Field, NodeList, TextField

from access.domain.schedules import Window


def canonical(value: object) -> str:
    """Compact JSON with sorted keys: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Text(TextField):
    """Text of any length; identifiers are 16 hexadecimal characters of it."""


class Number(BigIntegerField):
    """A whole number of up to 63 bits."""


class Instant(BigIntegerField):
    """Milliseconds since the Unix epoch, UTC."""


class Sealed(Field):
    """Bytes, most often encrypted before they come here."""

    field_type = "BLOB"


class RowId(BigAutoField):
    """Grows with every insert and is never used again, also after the newest row was deleted."""

    def ddl(self, ctx: Any) -> NodeList:
        """SQLite gives out the numbers of deleted rows again unless it is told AUTOINCREMENT."""
        plain = super().ddl(ctx)
        return NodeList((plain, SQL("AUTOINCREMENT"))) if ctx.state.param == "?" else plain


class Converted(TextField):
    """Text in SQL, something else in the domain; None stays NULL."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else self.to_text(value)

    def python_value(self, value: Any) -> Any:
        return None if value is None else self.from_text(value)

    def to_text(self, value: Any) -> str:
        """Each kind of column says how; there is no common way."""
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        """The way back from `to_text`."""
        raise NotImplementedError


class EnumText(Converted):
    """A member of a `StrEnum`, kept by its value."""

    def __init__(self, enum: type[StrEnum], **options: Any) -> None:
        self.enum = enum
        super().__init__(**options)

    def to_text(self, value: Any) -> str:
        return str(self.enum(value).value)

    def from_text(self, text: str) -> Any:
        return self.enum(text)


class EnumSet(EnumText):
    """A frozenset of members, kept as a sorted JSON array of values."""

    def to_text(self, value: Any) -> str:
        return canonical(sorted(str(self.enum(member).value) for member in value))

    def from_text(self, text: str) -> Any:
        return frozenset(self.enum(member) for member in json.loads(text))


class TextSet(Converted):
    """A frozenset of texts (identifiers), kept as a sorted JSON array."""

    def to_text(self, value: Any) -> str:
        return canonical(sorted(value))

    def from_text(self, text: str) -> Any:
        return frozenset(json.loads(text))


class TextTuple(Converted):
    """A tuple of texts, kept as a JSON array in its order."""

    def to_text(self, value: Any) -> str:
        return canonical(list(value))

    def from_text(self, text: str) -> Any:
        return tuple(json.loads(text))


class Json(Converted):
    """A small JSON object."""

    def to_text(self, value: Any) -> str:
        return canonical(value)

    def from_text(self, text: str) -> Any:
        return json.loads(text)


class Details(Json):
    """Details of an audit row; what somebody wrote in their place is read too, so that the row can be named."""

    def from_text(self, text: str) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else {"unreadable": text}


class WeekWindows(Converted):
    """Seven tuples of windows, kept as ``[[[start, end], …], …]`` in local minutes."""

    def to_text(self, value: Any) -> str:
        return canonical([_pairs(day) for day in value])

    def from_text(self, text: str) -> Any:
        return tuple(_windows(day) for day in json.loads(text))


class SpecialDays(Converted):
    """Windows by calendar day, kept as ``{"2026-01-01": [[start, end], …]}``."""

    def to_text(self, value: Any) -> str:
        return canonical({day.isoformat(): _pairs(windows) for day, windows in value.items()})

    def from_text(self, text: str) -> Any:
        return {date.fromisoformat(day): _windows(windows) for day, windows in json.loads(text).items()}


def _pairs(windows: Iterable[Window]) -> list[list[int]]:
    return [[window.start, window.end] for window in windows]


def _windows(pairs: Iterable[tuple[int, int]]) -> tuple[Window, ...]:
    return tuple(Window(start, end) for start, end in pairs)
