"""The link without any server: the SQL outbox itself, looked at every 5 ms by one poller a process.

A look asks SQLite's `data_version` (microseconds); the tables are read only when somebody has written. Twenty
milliseconds, as first measured, would alone use up the 15 ms that a push may take.
"""

from __future__ import annotations

import threading

from access.stores import Database
from adapters.gatelink.fanout import Notify, QueuedStream
from adapters.gatelink.pump import Pump

POLL_SECONDS = 0.005


class OutboxLink:
    """`GateLink` and `GateFeed` over SQL alone."""

    def __init__(self, db: Database, poll_seconds: float = POLL_SECONDS) -> None:
        self._db = db
        self._poll_seconds = poll_seconds
        self._woken = threading.Event()
        self._seen = -1
        self._pump = Pump(db, self._wait)

    def wake(self, gate_id: str) -> None:  # noqa: ARG002 - the poller finds every gate's commands
        self._woken.set()

    def open(self, gate_id: str, estate_id: str, notify: Notify | None = None) -> QueuedStream:
        return self._pump.open(gate_id, estate_id, notify)

    def stop(self) -> None:
        self._woken.set()
        self._pump.stop()

    def _wait(self) -> bool:
        woken = self._woken.wait(self._poll_seconds)
        self._woken.clear()
        before, self._seen = self._seen, self._db.data_version()
        return woken or self._seen != before
