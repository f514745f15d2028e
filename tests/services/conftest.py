"""A wired house and a seeded estate for tests of services."""

from __future__ import annotations

import pytest

from adapters.db.database import PeeweeDatabase
from tests.estate import Place, TestHouse, build, seed_estate


@pytest.fixture
def wired(sqlite_database: PeeweeDatabase) -> TestHouse:
    return build(sqlite_database)


@pytest.fixture
def place(wired: TestHouse) -> Place:
    return seed_estate(wired.house)
