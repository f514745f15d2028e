"""The base of every row class. Rows are bound to no database: a store is given its connection."""

from __future__ import annotations

from peewee import Model


class Row(Model):
    class Meta:
        legacy_table_names = False
