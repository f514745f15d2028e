"""The data inventory: what each column is, whose, why, for how long, and who erases it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_FILE = Path(__file__).with_name("inventory.toml")


class Kind(StrEnum):
    """What a column holds; explained at the head of ``inventory.toml``."""

    IDENTIFIER = "identifier"
    CONFIGURATION = "configuration"
    TECHNICAL = "technical"
    SECRET = "secret"  # noqa: S105 - a kind of column
    CONDUCT = "conduct"
    PERSONAL = "personal"
    SEALED = "sealed"
    BIOMETRIC = "biometric"


@dataclass(frozen=True, slots=True)
class ClassifiedColumn:
    """One line of the inventory. `erased` says who erases it, or why nobody does."""

    table: str
    column: str
    kind: Kind
    whose: str
    why: str
    keep: str
    erased: str


def inventory() -> Sequence[ClassifiedColumn]:
    """Every classified column, in the order of the file.

    Raises:
        KeyError, ValueError: the file lacks an answer or names an unknown kind.
    """
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return [
        ClassifiedColumn(name, column, Kind(kind), table["whose"], table["why"], table["keep"], table["erased"])
        for name, table in tables.items()
        for kind, columns in table["columns"].items()
        for column in columns
    ]
