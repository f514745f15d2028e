"""The data inventory names every column that really stands in the database, once, and no other."""

from __future__ import annotations

from collections import Counter

from adapters.db.database import PeeweeDatabase
from adapters.db.fields import Sealed
from adapters.db.inventory import Kind, inventory
from adapters.db.schema import row_classes

OF_SQLITE_ITSELF = {"sqlite_sequence"}


def test_every_column_is_classified_and_none_that_is_gone(database: PeeweeDatabase) -> None:
    with database.handle.connection_context():
        standing = Counter(
            (table, column.name)
            for table in set(database.handle.get_tables()) - OF_SQLITE_ITSELF
            for column in database.handle.get_columns(table)
        )
    assert Counter((line.table, line.column) for line in inventory()) == standing


def test_every_line_answers_every_question() -> None:
    for line in inventory():
        assert all((line.whose, line.why, line.keep, line.erased)), line


def test_bytes_are_keys_hashes_or_encrypted() -> None:
    """A column of bytes is never plain text that slipped in."""
    kinds = {(line.table, line.column): line.kind for line in inventory()}
    public = {("gate", "public_key")}
    for row in row_classes():
        for field in row._meta.sorted_fields:
            place = (row._meta.table_name, field.column_name)
            if isinstance(field, Sealed) and place not in public:
                assert kinds[place] in {Kind.SECRET, Kind.SEALED, Kind.BIOMETRIC}, place


def test_what_is_called_sealed_stands_as_bytes() -> None:
    by_type = {
        (row._meta.table_name, field.column_name): isinstance(field, Sealed)
        for row in row_classes()
        for field in row._meta.sorted_fields
    }
    sealed_by_the_caller_inside_json = {("conversation", "data")}
    for line in inventory():
        place = (line.table, line.column)
        if line.kind in {Kind.SEALED, Kind.BIOMETRIC} and place not in sealed_by_the_caller_inside_json:
            assert by_type[place], place


def test_no_forbidden_column_exists() -> None:
    """No ID-card number, no score of residents, no health state; see the design's list of what is never built."""
    forbidden = (
        "id_card",
        "idcard",
        "gender",
        "race",
        "emotion",
        "health",
        "score",
        "rank",
        "email",
        "wechat_name",
    )
    for line in inventory():
        assert not any(word in line.column for word in forbidden), line
