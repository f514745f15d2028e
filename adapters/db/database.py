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


class _Connections:
    """What one process has open."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.handle = engine.open()
        self.open = _Open()
        self.process = os.getpid()


class PeeweeDatabase:
    """Hands out stores inside a transaction. Safe for threads; connects first when it is first used.

    A forked process gets connections and locks of its own, so that a server may use the database before it
    forks its workers. It must not fork while a transaction is open in another thread: SQLite would take the
    parent's locks, copied with the memory, for the child's.
    """

    def __init__(self, make_engine: Callable[[], Engine]) -> None:
        self._make_engine = make_engine
        self._mine = _Connections(make_engine())
        self._inherited: list[_Connections] = []
        before_fork = WeakMethod(self._close_idle)
        os.register_at_fork(before=lambda: _call(before_fork))

    @property
    def handle(self) -> PeeweeHandle:
        """The peewee database of this process: for migrations and for checks of the schema."""
        return self._connections().handle

    @contextmanager
    def transaction(self) -> Iterator[Stores]:
        """A write transaction; see `access.stores.Database`.

        Raises:
            Conflict: ``database.integrity`` when a row would break a rule of the schema.
            ExternalSystemError: ``database.unavailable`` when the database does not answer, is locked for too
                long, or ends the transaction in favour of another one.
        """
        mine = self._connections()
        if mine.open.session is not None:
            raise RuntimeError("a transaction is open in this thread already")
        with mine.engine.write_lock(), _begun(mine, write=True) as session:
            yield SqlStores(session)
        for call in session.after_commit:
            call()

    @contextmanager
    def reading(self) -> Iterator[Stores]:
        """Look-ups only. Inside another transaction of this thread it sees what that one sees.

        Raises:
            ExternalSystemError: ``database.unavailable``.
        """
        mine = self._connections()
        if mine.open.session is not None:
            yield SqlStores(mine.open.session)
            return
        with _begun(mine, write=False) as session:
            yield SqlStores(session)

    def data_version(self) -> int:
        return self._connections().engine.data_version()

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        mine = self._connections()
        mine.engine.close()
        cast(Any, mine.handle).close_all()

    def _close_idle(self) -> None:
        mine = self._connections()
        mine.engine.close()
        cast(Any, mine.handle).close_idle()

    def _connections(self) -> _Connections:
        if self._mine.process != os.getpid():
            # Closing a connection that the parent uses would disturb it there: keep it, unused.
            self._inherited.append(self._mine)
            self._mine = _Connections(self._make_engine())
        return self._mine


def open_database(url: str, *, durable: bool = False) -> PeeweeDatabase:
    """A database of a URL: ``sqlite:///path`` or ``postgresql://…``. Nothing is opened yet.

    Args:
        durable: SQLite only: survive a power cut without losing the last committed transactions (FULL).

    Raises:
        InvalidInput: ``database.url``.
    """
    return PeeweeDatabase(engine_for(url, durable=durable))


@contextmanager
def _begun(mine: _Connections, *, write: bool) -> Iterator[Session]:
    try:
        with _transaction(mine, write=write) as session:
            yield session
    except IntegrityError as error:
        raise Conflict("database.integrity", "a rule of the schema does not allow it") from error
    except (*_LOST, MaxConnectionsExceeded) as error:
        raise ExternalSystemError("database.unavailable", type(error).__name__) from error


@contextmanager
def _transaction(mine: _Connections, *, write: bool) -> Iterator[Session]:
    handle = mine.handle
    _begin(handle, mine.engine.begin(write), again=mine.engine.postgres)
    session = Session(_execute(handle), postgres=mine.engine.postgres, writable=write)
    mine.open.session = session
    try:
        yield session
        for call in session.before_commit:
            call()
        handle.commit()
    except BaseException:
        _roll_back(handle)
        raise
    finally:
        mine.open.session = None
        handle.close()


def _begin(handle: PeeweeHandle, statement: str, *, again: bool) -> None:
    """Begin on a pooled connection; where the server has closed it meanwhile, `again` on a new one."""
    handle.connect()
    try:
        _execute(handle)(statement, ())
    except _LOST:
        cast(Any, handle).manual_close()
        if not again:
            raise
        cast(Any, handle).close_idle()
        handle.connect()
        _execute(handle)(statement, ())


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
