"""Every row class, for the migration check and the data inventory."""

from __future__ import annotations

from peewee import Model

from adapters.db import (
    rows_areas,
    rows_edge,
    rows_gates,
    rows_house,
    rows_people,
    rows_places,
    rows_privacy,
    rows_reports,
    rows_rights,
    rows_terminals,
)
from adapters.db.rows_base import Row


def row_classes() -> list[type[Model]]:
    """Row classes in the order of their modules."""
    modules = (
        rows_places,
        rows_people,
        rows_rights,
        rows_gates,
        rows_house,
        rows_privacy,
        rows_terminals,
        rows_areas,
        rows_edge,
        rows_reports,
    )
    return [
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Row) and thing.__module__ == module.__name__
    ]
