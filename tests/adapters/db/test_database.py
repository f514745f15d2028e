"""Transactions: they stand or fall as a whole, on both backends."""

from __future__ import annotations

import pytest

from access.domain.places import Estate
from adapters.db.database import PeeweeDatabase

ESTATE = Estate("e" * 16, 1, "甲", "A", "Asia/Shanghai", "processor", "contact")


def test_what_was_written_is_read(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")
    with database.reading() as stores:
        assert stores.places.estate(ESTATE.id) == ESTATE


def test_a_failed_transaction_leaves_nothing(database: PeeweeDatabase) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")
        raise ZeroDivisionError
    with database.reading() as stores:
        assert stores.places.estates() == []
