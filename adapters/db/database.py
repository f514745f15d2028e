"""`access.stores.Database` on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from weakref import WeakMethod

from peewee import Database as PeeweeHandle
from peewee import IntegrityError, InterfaceError, OperationalError
from playhouse.pool import MaxConnectionsExceeded

from access.domain.errors import Conflict, ExternalSystemError
from access.stores import Stores
from adapters.db.bundle import SqlStores
from adapters.db.engines import Engine, engine_for
from adapters.db.session import Execute, Session

_LOST = (OperationalError, InterfaceError)


class _Open(threading.local):
    """The transaction that a thread has open, if any."""

    session: Session | None = None


class PeeweeDatabase:
    """Hands out stores inside a transaction. Safe for threads; connects first when it is first used.

    A server may use the database before it forks its workers: what is idle is closed at the fork, and each
    process then connects by itself. It must not fork while another thread has a transaction open: SQLite would
    take the parent's locks, copied with the memory, for the child's.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open = _Open()
        self._closings = 0
        self.handle = engine.open()
        """The peewee database: for migrations and for checks of the schema."""
        before_fork = WeakMethod(self._close_idle)
        os.register_at_fork(before=lambda: _call(before_fork))

    @contextmanager
    def transaction(self) -> Iterator[Stores]:
        """A write transaction; see `access.stores.Database`.

        Raises:
            Conflict: ``database.integrity`` when a row would break a rule of the schema.
            ExternalSystemError: ``database.unavailable`` when the database does not answer, is locked for too
                long, or ends the transaction in favour of another one.
        """
        if self._open.session is not None:
            raise RuntimeError("a transaction is open in this thread already")
        with self._engine.write_lock(), self._begun(write=True) as session:
            yield SqlStores(session)
        for call in session.after_commit:
            call()

    @contextmanager
    def reading(self) -> Iterator[Stores]:
        """Look-ups only. Inside another transaction of this thread it sees what that one sees.

        Raises:
            ExternalSystemError: ``database.unavailable``.
        """
        if self._open.session is not None:
            yield SqlStores(self._open.session)
            return
        with self._begun(write=False) as session:
            yield SqlStores(session)

    def data_version(self) -> int:
        return self._engine.data_version()

    def close(self) -> None:
        """Close every connection; the next use opens new ones.

        One that another thread is using is closed by that thread, when its transaction ends: SQLite does not
        survive a connection closed under a statement.
        """
        self._closings += 1
        self._close_idle()

    def _close_idle(self) -> None:
        self._engine.close()
        cast(Any, self.handle).close_idle()

    @contextmanager
    def _begun(self, *, write: bool) -> Iterator[Session]:
        """`_transaction`, with the driver's errors in the words of the house."""
        try:
            with self._transaction(write=write) as session:
                yield session
        except IntegrityError as error:
            raise Conflict("database.integrity", "a rule of the schema does not allow it") from error
        except (*_LOST, MaxConnectionsExceeded) as error:
            raise ExternalSystemError("database.unavailable", type(error).__name__) from error

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Session]:
        closings = self._closings
        self._begin(self._engine.begin(write))
        session = Session(_execute(self.handle), postgres=self._engine.postgres, writable=write)
        self._open.session = session
        try:
            yield session
            for call in session.before_commit:
                call()
            self.handle.commit()
        except BaseException:
            _roll_back(self.handle)
            raise
        finally:
            self._open.session = None
            if closings == self._closings:
                self.handle.close()
            else:
                cast(Any, self.handle).manual_close()

    def _begin(self, statement: str) -> None:
        """Begin on a pooled connection; where the server has closed it meanwhile, on a new one."""
        self.handle.connect()
        try:
            _execute(self.handle)(statement, ())
        except _LOST:
            cast(Any, self.handle).manual_close()
            if not self._engine.postgres:
                raise
            cast(Any, self.handle).close_idle()
            self.handle.connect()
            _execute(self.handle)(statement, ())


def open_database(url: str, *, durable: bool = False) -> PeeweeDatabase:
    """A database of a URL: ``sqlite:///path`` or ``postgresql://…``. Nothing is opened yet.

    Args:
        durable: SQLite only: survive a power cut without losing the last committed transactions (FULL).

    Raises:
        InvalidInput: ``database.url``.
    """
    return PeeweeDatabase(engine_for(url, durable=durable))


def _execute(handle: PeeweeHandle) -> Execute:
    return cast(Execute, handle.execute_sql)


def _call(method: WeakMethod[Callable[[], None]]) -> None:
    """Call it while its object lives: what is registered at a fork stays registered for good."""
    bound = method()
    if bound is not None:
        bound()


def _roll_back(handle: PeeweeHandle) -> None:
    """A connection that cannot even roll back is thrown away."""
    try:
        handle.rollback()
    except _LOST:
        cast(Any, handle).manual_close()
