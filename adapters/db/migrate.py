"""Bring a database's schema to the newest version, by the migrations in `adapters/db/migrations`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playhouse.migrations import Runner

from adapters.db.database import PeeweeDatabase

_DIRECTORY = Path(__file__).parent / "migrations"


def migrate(database: PeeweeDatabase) -> Sequence[str]:
    """Apply what is pending, each migration in a transaction of its own; the names of those applied."""
    with database.handle.connection_context():
        return list(Runner(database.handle, str(_DIRECTORY)).up())


def pending(database: PeeweeDatabase) -> Sequence[str]:
    """Names of the migrations that `migrate` would apply."""
    with database.handle.connection_context():
        status = Runner(database.handle, str(_DIRECTORY)).status()
        return [migration.name for migration in status if not migration.applied]
