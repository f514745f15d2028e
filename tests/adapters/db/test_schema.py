"""Migrations bring a database to exactly the schema that the row classes say."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from peewee import Database as PeeweeHandle
from playhouse.schema_diff import diff_models

from adapters.db.database import PeeweeDatabase, open_database
from adapters.db.migrate import migrate, pending
from adapters.db.schema import row_classes


@pytest.fixture(params=["sqlite", "postgres"])
def two_empty(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[PeeweeDatabase, PeeweeDatabase]:
    """Two databases without any table, of one backend."""
    if request.param == "sqlite":
        first, second = (open_database(f"sqlite:///{tmp_path / name}") for name in ("first.db", "second.db"))
        return first, second
    url = request.getfixturevalue("postgres_url")
    base, _, _ = url.rpartition("/")
    with psycopg.connect(url, autocommit=True) as server:
        for name in ("schema_first", "schema_second"):
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {name}")
    return open_database(f"{base}/schema_first"), open_database(f"{base}/schema_second")


def schema(handle: PeeweeHandle) -> dict[str, object]:
    """All that the database says of its tables."""
    tables = {row._meta.table_name for row in row_classes()}
    return {
        table: (
            [(c.name, c.data_type, c.null, c.primary_key, c.default) for c in handle.get_columns(table)],
            handle.get_primary_keys(table),
            sorted((i.name, i.sql, i.columns, i.unique) for i in handle.get_indexes(table)),
            sorted((f.column, f.dest_table, f.dest_column) for f in handle.get_foreign_keys(table)),
        )
        for table in tables
    }


def test_the_migrated_schema_is_the_one_of_the_row_classes(
    two_empty: tuple[PeeweeDatabase, PeeweeDatabase],
) -> None:
    migrated, created = two_empty
    migrate(migrated)
    with created.handle.bind_ctx(row_classes()), created.handle.connection_context():
        created.handle.create_tables(row_classes())
        expected = schema(created.handle)
    with migrated.handle.connection_context():
        assert schema(migrated.handle) == expected
        assert not diff_models(migrated.handle, row_classes())
    for database in two_empty:
        database.close()


def test_migrating_again_does_nothing(two_empty: tuple[PeeweeDatabase, PeeweeDatabase]) -> None:
    database, untouched = two_empty
    names = list(pending(database))
    assert names == sorted(names)
    assert names[0].startswith("0001_")
    assert list(migrate(database)) == names
    assert list(pending(database)) == []
    assert list(migrate(database)) == []
    assert list(pending(untouched)) == names
    for one in two_empty:
        one.close()


def test_every_column_that_points_elsewhere_is_led_by_an_index(sqlite_database: PeeweeDatabase) -> None:
    """Deleting or looking up by a foreign key never reads a whole table, save where nothing ever asks so."""
    never_asked = {
        ("access_point_set", "estate_id"),
        ("gate_claim", "estate_id"),
        ("residency", "building_id"),
    }
    with sqlite_database.handle.connection_context():
        for row in row_classes():
            table = row._meta.table_name
            led = {i.columns[0] for i in sqlite_database.handle.get_indexes(table)}
            pointing = {key.column for key in sqlite_database.handle.get_foreign_keys(table)}
            missing = {(table, column) for column in pointing - led} - never_asked
            in_key = {(table, column) for column in sqlite_database.handle.get_primary_keys(table)}
            assert missing - in_key <= {
                (t, "estate_id") for t in ("credential", "enrolment", "issued_pass", "consent")
            }, table
