"""A database with an estate in it, on each backend."""

from __future__ import annotations

import pytest

from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import build


@pytest.fixture
def house(database: PeeweeDatabase) -> PeeweeDatabase:
    with database.transaction() as stores:
        build(stores)
    return database
