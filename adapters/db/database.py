"""`access.stores.Database` on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

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
    """The transaction that this thread has open, if any."""

    session: Session | None = None


class PeeweeDatabase:
    """Hands out stores inside a transaction. Safe for threads; connects first when it is first used.

    A process that was forked gets connections of its own, so that a server may load the program, and even use
    the database, before it forks its workers.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open = _Open()
        self._handle = engine.open()
        self._process = os.getpid()
        self._inherited: list[PeeweeHandle] = []

    @property
    def handle(self) -> PeeweeHandle:
        """The peewee database of this process: for migrations and for checks of the schema."""
        if self._process != os.getpid():
            # Closing a connection that the parent uses would disturb it: keep it, unused.
            self._inherited.append(self._handle)
            self._handle = self._engine.open()
            self._open = _Open()
            self._process = os.getpid()
        return self._handle

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
        """Close every connection; the next use opens new ones."""
        self._engine.close()
        cast(Any, self.handle).close_all()

    @contextmanager
    def _begun(self, *, write: bool) -> Iterator[Session]:
        try:
            handle = self.handle
            self._begin(handle, write)
            session = Session(_execute(handle), postgres=self._engine.postgres, writable=write)
            self._open.session = session
            try:
                yield session
                for call in session.before_commit:
                    call()
                handle.commit()
            except BaseException:
                _roll_back(handle)
                raise
            finally:
                self._open.session = None
                handle.close()
        except IntegrityError as error:
            raise Conflict("database.integrity", "a rule of the schema does not allow it") from error
        except (*_LOST, MaxConnectionsExceeded) as error:
            raise ExternalSystemError("database.unavailable", type(error).__name__) from error

    def _begin(self, handle: PeeweeHandle, write: bool) -> None:
        """Begin on a pooled connection; where the server has closed it meanwhile, on a new one."""
        statement = self._engine.begin(write)
        handle.connect()
        try:
            _execute(handle)(statement, ())
        except _LOST:
            cast(Any, handle).manual_close()
            if not self._engine.postgres:
                raise
            cast(Any, handle).close_idle()
            handle.connect()
            _execute(handle)(statement, ())


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


def _roll_back(handle: PeeweeHandle) -> None:
    """A connection that cannot even roll back is thrown away."""
    try:
        handle.rollback()
    except _LOST:
        cast(Any, handle).manual_close()
