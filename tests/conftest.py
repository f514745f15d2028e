"""Databases for every test: `sqlite_database` is cheap, `database` is each backend in turn."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.db.database import PeeweeDatabase, open_database
from adapters.db.migrate import migrate
from adapters.db.schema import row_classes
from adapters.keys.pkcs11_master import Token
from tests import servers
from tests.softhsm import softhsm


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and no rows, to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A running PostgreSQL without our schema."""
    if os.environ.get(servers.POSTGRES_SWITCH) == "off":
        pytest.skip(f"{servers.POSTGRES_SWITCH}=off")
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_url: str) -> Iterator[PeeweeDatabase]:
    database = open_database(postgres_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(migrated_file: Path, tmp_path: Path) -> Iterator[PeeweeDatabase]:
    """An empty SQLite database."""
    path = tmp_path / "kaimen.db"
    shutil.copyfile(migrated_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(_migrated_postgres: PeeweeDatabase) -> PeeweeDatabase:
    """An empty PostgreSQL database, the same one for every test of a run."""
    # Many small deletes are faster than TRUNCATE, which gives every table a new file.
    deletes = "; ".join(f'DELETE FROM "{row._meta.table_name}"' for row in row_classes())
    with _migrated_postgres.handle.connection_context():
        handle: Any = _migrated_postgres.handle
        handle.connection().execute(
            f"SET session_replication_role = replica; {deletes}; RESET session_replication_role"
        )
    return _migrated_postgres


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> PeeweeDatabase:
    """An empty database on each backend in turn."""
    found: PeeweeDatabase = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A running Redis; tests choose keys of their own."""
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def token() -> Iterator[Token]:
    """A PKCS#11 token without keys; tests make keys of labels of their own."""
    with softhsm() as found:
        yield found
