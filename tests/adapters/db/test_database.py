"""Transactions: they stand or fall as a whole, for threads and forked processes, on both backends."""

from __future__ import annotations

import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import psycopg
import pytest

from access.domain.errors import ExternalSystemError, InvalidInput
from access.stores import Stores
from adapters.db.database import PeeweeDatabase, open_database
from adapters.db.engines import SqliteEngine
from tests.adapters.db.things import ESTATE, VISIT, build, race


def write_and_fail(database: PeeweeDatabase, calls: list[str]) -> None:
    with database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")
        stores.audit.append("staff", "staff:estate:create", ESTATE.id, {}, 1)
        stores.on_commit(lambda: calls.append("called"))
        raise ZeroDivisionError


def test_what_was_committed_is_read(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")
    with database.reading() as stores:
        assert stores.places.estate(ESTATE.id) == ESTATE


def test_a_failed_transaction_leaves_nothing_and_calls_nobody(database: PeeweeDatabase) -> None:
    calls: list[str] = []
    with pytest.raises(ZeroDivisionError):
        write_and_fail(database, calls)
    with database.reading() as stores:
        assert stores.places.estates() == []
        assert stores.audit.last_seq() == 0
    assert calls == []


def test_a_failed_transaction_does_not_hold_up_the_next(database: PeeweeDatabase) -> None:
    for _ in range(30):
        with pytest.raises(ZeroDivisionError):
            write_and_fail(database, [])
    with database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")


def test_calls_come_after_the_commit_in_their_order(database: PeeweeDatabase) -> None:
    seen: list[object] = []

    def look() -> None:
        with database.reading() as stores:
            seen.append(stores.places.estate(ESTATE.id))

    with database.transaction() as stores:
        stores.on_commit(look)
        stores.on_commit(lambda: seen.append("second"))
        stores.places.save_estate(ESTATE, b"secret")
        assert seen == []
    assert seen == [ESTATE, "second"]


def test_others_see_nothing_before_the_commit(database: PeeweeDatabase) -> None:
    def look() -> int:
        with database.reading() as stores:
            return len(stores.places.estates())

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as stores:
            stores.places.save_estate(ESTATE, b"secret")
            assert pool.submit(look).result() == 0
        assert pool.submit(look).result() == 1


def test_reading_inside_a_transaction_sees_its_writes(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")
        with database.reading() as inner:
            assert inner.places.estate(ESTATE.id) == ESTATE
        stores.places.save_estate(replace(ESTATE, contact="new"))
    with database.reading() as stores, database.reading() as inner:
        assert inner.places.estate(ESTATE.id) == replace(ESTATE, contact="new")


def test_a_transaction_inside_another_is_refused(database: PeeweeDatabase) -> None:
    for outer in (database.transaction, database.reading):
        with outer(), pytest.raises(RuntimeError, match="already"), database.transaction():
            pass
    with database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")


def test_reading_cannot_write(database: PeeweeDatabase) -> None:
    with database.reading() as stores:
        with pytest.raises(RuntimeError, match="look-ups only"):
            stores.places.save_estate(ESTATE, b"secret")
        with pytest.raises(RuntimeError, match="look-ups only"):
            stores.places.rotate_pass_key(ESTATE.id)


def test_a_reader_sees_one_state_on_sqlite(sqlite_database: PeeweeDatabase) -> None:
    def write() -> None:
        with sqlite_database.transaction() as stores:
            stores.places.save_estate(ESTATE, b"secret")

    with ThreadPoolExecutor(1) as pool, sqlite_database.reading() as stores:
        assert stores.places.estates() == []
        pool.submit(write).result()
        assert stores.places.estates() == []


def test_the_data_version_changes_when_somebody_has_written(database: PeeweeDatabase) -> None:
    before = database.data_version()
    with database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")
    after = database.data_version()
    assert after != before


def test_the_data_version_stays_while_sqlite_is_only_read(sqlite_database: PeeweeDatabase) -> None:
    before = sqlite_database.data_version()
    with sqlite_database.reading() as stores:
        stores.places.estates()
    assert sqlite_database.data_version() == before


def test_more_threads_than_connections_all_get_their_turn(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        before = stores.places.policy_version(ESTATE.id)
    race(house, 90, 45, lambda stores, _: bool(stores.places.bump_policy(ESTATE.id)))
    with house.reading() as stores:
        assert stores.places.policy_version(ESTATE.id) == before + 90


def test_writers_of_one_process_queue_and_need_not_try_again(
    sqlite_database: PeeweeDatabase, tmp_path: Path
) -> None:
    """With no patience at all in SQLite itself, writers that met there would fail."""
    impatient = PeeweeDatabase(SqliteEngine(tmp_path / "kaimen.db", durable=False, busy_ms=0))
    with impatient.transaction() as stores:
        build(stores)
    assert race(impatient, 400, 8, lambda stores, _: bool(stores.places.bump_policy(ESTATE.id))) == 400
    impatient.close()


def _redeem_in_child(database: PeeweeDatabase, start: Barrier, wins: Any) -> None:
    start.wait()
    database.data_version()
    for _ in range(25):
        with database.transaction() as stores:
            if stores.passes.redeem(VISIT.id, VISIT.valid_from):
                wins.put(1)


def test_forked_processes_get_connections_of_their_own(house: PeeweeDatabase) -> None:
    """The parent has used the database before it forks, and goes on using it afterwards."""
    with house.transaction() as stores:
        stores.passes.add(VISIT)
    before = house.data_version()
    forking = multiprocessing.get_context("fork")
    start, wins = forking.Barrier(4), forking.Queue()
    children = [forking.Process(target=_redeem_in_child, args=(house, start, wins)) for _ in range(4)]
    for child in children:
        child.start()
    won = wins.get(timeout=60)
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4
    assert (won, wins.empty()) == (1, True)
    with house.reading() as stores:
        found = stores.passes.get(VISIT.id)
    assert found == replace(VISIT, uses_taken=1)
    assert house.data_version() != before


def test_a_connection_that_the_server_closed_is_replaced(
    postgres_database: PeeweeDatabase, postgres_url: str
) -> None:
    with postgres_database.transaction() as stores:
        build(stores)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with postgres_database.transaction() as stores:
        assert stores.places.estate(ESTATE.id) == ESTATE
    assert isinstance(postgres_database.data_version(), int)


def test_a_connection_lost_within_a_transaction_is_an_error_and_the_next_one_works(
    postgres_database: PeeweeDatabase, postgres_url: str
) -> None:
    def lose(stores: Stores) -> None:
        stores.places.save_estate(ESTATE, b"secret")
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        stores.places.estates()

    def run() -> None:
        with postgres_database.transaction() as stores:
            lose(stores)

    with pytest.raises(ExternalSystemError) as caught:
        run()
    assert caught.value.code == "database.unavailable"
    with postgres_database.reading() as stores:
        assert stores.places.estates() == []


def test_a_database_that_does_not_answer_is_an_error_without_its_address() -> None:
    database = open_database("postgresql://kaimen:hidden@127.0.0.1:1/kaimen")
    with pytest.raises(ExternalSystemError) as caught, database.reading():
        pass
    assert caught.value.code == "database.unavailable"
    assert "hidden" not in str(caught.value)


def test_a_file_locked_by_another_process_is_an_error(sqlite_database: PeeweeDatabase, tmp_path: Path) -> None:
    path = tmp_path / "kaimen.db"
    impatient = PeeweeDatabase(SqliteEngine(path, durable=False, busy_ms=1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ExternalSystemError) as caught, impatient.transaction():
        pass
    assert caught.value.code == "database.unavailable"
    other.execute("ROLLBACK")
    with impatient.transaction() as stores:
        stores.places.save_estate(ESTATE, b"secret")
    impatient.close()
    other.close()


def test_closing_lets_another_threads_transaction_end_first(database: PeeweeDatabase) -> None:
    begun, closed = Event(), Event()

    def write() -> None:
        with database.transaction() as stores:
            stores.places.save_estate(ESTATE, b"secret")
            begun.set()
            assert closed.wait(10)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert begun.wait(10)
        database.close()
        closed.set()
        writing.result(10)
    with database.reading() as stores:
        assert stores.places.estate(ESTATE.id) == ESTATE
    assert len(database.handle._in_use) == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("durable", "synchronous"), [(False, 1), (True, 2)])
def test_the_pragmas_of_sqlite(migrated_file: Path, *, durable: bool, synchronous: int) -> None:
    database = open_database(f"sqlite:///{migrated_file}", durable=durable)
    handle: Any = database.handle
    with handle.connection_context():
        asked = {
            name: handle.pragma(name) for name in ("journal_mode", "foreign_keys", "synchronous", "secure_delete")
        }
    database.close()
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": synchronous, "secure_delete": 1}


def test_opening_touches_no_file(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'new.db'}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["", "sqlite://", "sqlite:///", "mysql://host/name", "postgresql://host", "kaimen.db"]
)
def test_an_unusable_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        open_database(url)
    assert caught.value.code == "database.url"


def test_what_is_erased_is_not_left_in_the_file(sqlite_database: PeeweeDatabase, tmp_path: Path) -> None:
    secret = b"a wrapped secret that must go" * 4
    with sqlite_database.transaction() as stores:
        stores.places.save_estate(ESTATE, secret)
    with sqlite_database.transaction() as stores:
        stores.places.save_estate(ESTATE, b"another")
    handle: Any = sqlite_database.handle
    with handle.connection_context():
        handle.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    files = list(tmp_path.glob("kaimen.db*"))
    assert files
    assert not any(secret in path.read_bytes() for path in files)
