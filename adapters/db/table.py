"""Between a domain dataclass and its row class: statements are composed once, when the module is loaded.

peewee owns the rows, their conversion, the schema and the connections. Statements are plain SQL: a decision
at a gate makes about a dozen of them within a millisecond, and composing each anew would cost more than
running it. Only names of columns and tables, all taken from the row classes, are ever joined into a
statement; every value is bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Generic, TypeVar

from peewee import BooleanField, Field, Model

from adapters.db.fields import Converted
from adapters.db.session import Row, Session

T = TypeVar("T")


class Table(Generic[T]):
    """Reads and writes one kind of domain object; columns carry the names of its attributes.

    Args:
        row: the row class; may have more columns than the object has attributes.
        thing: the frozen dataclass.
        keep: attributes that `save` leaves alone once the row stands.
    """

    def __init__(self, row: type[Model], thing: type[T], keep: frozenset[str] = frozenset()) -> None:
        meta: Any = row._meta
        self._thing: Callable[..., T] = thing
        self._names = tuple(field.name for field in fields(thing))  # type: ignore[arg-type]
        columns = [meta.columns[name] for name in self._names]
        self._reading = tuple((at, _reader(c)) for at, c in enumerate(columns) if _is_converted(c))
        self._writing = tuple((at, c.db_value) for at, c in enumerate(columns) if isinstance(c, Converted))
        self._keys = tuple(key.column_name for key in meta.get_primary_keys())
        self._keep = keep | set(self._keys)
        self.name = f'"{meta.table_name}"'
        self.columns = ", ".join(f'{self.name}."{name}"' for name in self._names)
        self._select = f"SELECT {self.columns} FROM {self.name} "  # noqa: S608 - names of our own
        self._set = ", ".join(f'"{name}" = ?' for name in self._names)

    def one(self, session: Session, rest: str, *values: Any) -> T | None:
        """First object of a look-up; `rest` begins with WHERE, JOIN or ORDER BY."""
        row = session.one(self._select + rest, *values)
        return None if row is None else self.read(row)

    def all(self, session: Session, rest: str, *values: Any) -> list[T]:
        return [self.read(row) for row in session.all(self._select + rest, *values)]

    def read(self, row: Row) -> T:
        """The object of a row whose first columns are `columns`."""
        if not self._reading:
            return self._thing(*row[: len(self._names)])
        values = list(row[: len(self._names)])
        for at, convert in self._reading:
            values[at] = convert(values[at])
        return self._thing(*values)

    def values(self, thing: T) -> list[Any]:
        """The object's attributes as they stand in SQL, in the order of `columns`."""
        values = [getattr(thing, name) for name in self._names]
        for at, convert in self._writing:
            values[at] = convert(values[at])
        return values

    def insert(self, session: Session, thing: T, **extra: Any) -> None:
        """Insert; `extra` are columns that the object does not have."""
        session.run(self._insert(extra), *self.values(thing), *extra.values())

    def insert_once(self, session: Session, thing: T, **extra: Any) -> bool:
        """Insert unless a key of it stands already; whether it was inserted."""
        sql = self._insert(extra) + " ON CONFLICT DO NOTHING"
        return session.run(sql, *self.values(thing), *extra.values()) == 1

    def save(self, session: Session, thing: T, **extra: Any) -> None:
        """Insert, or replace what stands under the primary key."""
        changed = [name for name in (*self._names, *extra) if name not in self._keep]
        sets = ", ".join(f'"{name}" = excluded."{name}"' for name in changed)
        keys = ", ".join(f'"{key}"' for key in self._keys)
        sql = f"{self._insert(extra)} ON CONFLICT ({keys}) DO UPDATE SET {sets}"
        session.run(sql, *self.values(thing), *extra.values())

    def update(self, session: Session, thing: T, where: str, *values: Any) -> int:
        """Write every attribute where the condition holds; the number of rows."""
        sql = f"UPDATE {self.name} SET {self._set} WHERE {where}"  # noqa: S608 - names of our own
        return session.run(sql, *self.values(thing), *values)

    def _insert(self, extra: dict[str, Any]) -> str:
        names = (*self._names, *extra)
        columns = ", ".join(f'"{name}"' for name in names)
        question_marks = ", ".join("?" * len(names))
        return f"INSERT INTO {self.name} ({columns}) VALUES ({question_marks})"  # noqa: S608 - names of our own


def _is_converted(column: Field[Any]) -> bool:
    return isinstance(column, Converted | BooleanField)


def _reader(column: Field[Any]) -> Callable[[Any], Any]:
    """SQLite keeps a truth value as 0 or 1."""
    return bool if isinstance(column, BooleanField) else column.python_value
