"""Moves what stands in the SQL outbox to the streams of this process, whenever it is worth a look."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from access.domain.errors import ExternalSystemError
from access.stores import Database
from adapters.gatelink.fanout import Fanout, Notify, QueuedStream
from adapters.gatelink.tail import CommandTail

_AFTER_ERROR_SECONDS = 0.5
_JOIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Pump:
    """One thread a process. It starts with the first stream, so after any fork."""

    def __init__(self, db: Database, wait: Callable[[], bool]) -> None:
        """`wait` returns after a moment, sooner when woken, and says whether there may be something new."""
        self._db = db
        self._wait = wait
        self._fanout = Fanout()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def open(self, gate_id: str, estate_id: str, notify: Notify | None = None) -> QueuedStream:
        with self._lock:
            if self._thread is None:
                tail = CommandTail(self._db)
                self._thread = threading.Thread(target=self._run, args=(tail,), name="gatelink", daemon=True)
                self._thread.start()
        return self._fanout.open(gate_id, estate_id, notify)

    def stop(self) -> None:
        self._stopped.set()
        self._fanout.stop()
        if self._thread is not None:
            self._thread.join(_JOIN_SECONDS)

    def _run(self, tail: CommandTail) -> None:
        while not self._stopped.is_set():
            try:
                if self._wait():
                    self._look(tail)
            except ExternalSystemError as exc:
                _log.warning("the outbox cannot be read", extra={"code": exc.code})
                self._stopped.wait(_AFTER_ERROR_SECONDS)

    def _look(self, tail: CommandTail) -> None:
        more = True
        while more and not self._stopped.is_set():
            commands, grown = tail.look(self._fanout.estates())
            self._fanout.send(commands)
            self._fanout.announce(grown)
            more = bool(commands)
