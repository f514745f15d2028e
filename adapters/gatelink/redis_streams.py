"""The link over a Redis stream, for many workers or hosts: every link process is woken when a command is committed.

Redis carries nothing but "look". What to send stands in SQL, so a Redis that is lost, empty or slow delays a
command by a quarter of a second at most, and never loses, doubles or replays one.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, cast

import redis

from access.stores import Database
from adapters.gatelink.fanout import Notify, QueuedStream
from adapters.gatelink.pump import Pump

STREAM = "kaimen:gatelink:wake"
LOOK_MS = 250
"""Without a wake-up the outbox is looked at this often."""
_KEPT = 1_000
_AFTER_FAILURE_SECONDS = 5.0

_log = logging.getLogger(__name__)


class RedisStreamsLink:
    """`GateLink` and `GateFeed`, woken by a Redis stream."""

    def __init__(self, db: Database, client: redis.Redis) -> None:
        """`client` needs socket time-outs: a dead Redis must not hold up a decision."""
        self._client = client
        self._last: bytes | str = "$"
        self._quiet_until = 0.0
        self._lost = False
        self._stopped = threading.Event()
        self._pump = Pump(db, self._wait)

    def wake(self, gate_id: str) -> None:
        """Best effort; after a failure Redis is left alone for five seconds."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            self._client.xadd(STREAM, {"gate": gate_id}, maxlen=_KEPT, approximate=True)
        except redis.RedisError as exc:
            self._quiet_until = time.monotonic() + _AFTER_FAILURE_SECONDS
            _log.warning("the gate link could not be woken", extra={"error": type(exc).__name__})

    def open(self, gate_id: str, estate_id: str, notify: Notify | None = None) -> QueuedStream:
        return self._pump.open(gate_id, estate_id, notify)

    def stop(self) -> None:
        self._stopped.set()
        self._pump.stop()

    def _wait(self) -> bool:
        try:
            answer = cast(Any, self._client.xread({STREAM: self._last}, block=LOOK_MS))
        except redis.RedisError as exc:
            if not self._lost:
                _log.warning("the gate link's Redis does not answer", extra={"error": type(exc).__name__})
            self._lost = True
            self._stopped.wait(LOOK_MS / 1000)
            return True
        self._lost = False
        if answer:
            [(_, entries)] = answer
            self._last = entries[-1][0]
        return True


def connect(url: str) -> redis.Redis:
    """A client with time-outs that suit a link: half a second to answer, longer than a blocking read."""
    return redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
