"""Talks to gates that are connected to a broker instead of to the service's own streams, and hears them."""

from __future__ import annotations

import enum
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

from access.domain.errors import KaimenError
from access.services.gate_presence import live_gate
from hardware.server.cutoff import CutOff
from hardware.server.link import Link, Said, Talk
from hardware.server.uplink import Uplink

_JOIN_SECONDS = 60.0

_log = logging.getLogger(__name__)


class _Due(enum.Enum):
    """Why the talks' thread wakes: a gate came or went, something came by for it, it is to hear the time."""

    ONLINE = 1
    OFFLINE = 2
    ITEM = 3
    TICK = 4
    END = 5


class Transport(Protocol):
    """What carries events to gates by their id, and their requests up (`adapters/gatelink/mqtt.py`)."""

    def listen(
        self, on_state: Callable[[str, bool], None], on_request: Callable[[str, bytes, bytes], None]
    ) -> None: ...
    def publish(self, gate_id: str, name: str, data: bytes, life_ms: int | None) -> None: ...
    def flush(self) -> None: ...
    def answer(self, gate_id: str, correlation: bytes, sealed: bytes, life_ms: int) -> None: ...
    def close(self) -> None: ...


class BrokerBridge:
    """Talks to every gate that the broker says is there, all from one thread: publishing never waits."""

    def __init__(
        self, link: Link, transport: Transport, uplink: Uplink | None = None, cut_off: CutOff | None = None
    ) -> None:
        """Without `uplink` gates ask over HTTPS; without `cut_off` the broker is not told of revocations."""
        self._link = link
        self._transport = transport
        self._uplink = uplink
        self._cut_off = cut_off
        self._talks: dict[str, Talk] = {}
        self._ticks: deque[tuple[float, str, Talk]] = deque()
        self._due: queue.SimpleQueue[tuple[_Due, str]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="broker-talks", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._transport.listen(self._state, self._asked)
        if self._cut_off is not None:
            self._cut_off.start()

    def stop(self) -> None:
        """Say ``bye`` to every gate, answer what was asked, then leave the broker.

        Waits until nobody reads or writes the database any more.
        """
        with self._lock:
            self._stopping = True
        self._link.stop()
        self._due.put((_Due.END, ""))
        if self._thread.is_alive():
            self._thread.join(_JOIN_SECONDS)
        if self._cut_off is not None:
            self._cut_off.stop()
        if self._uplink is not None:
            self._uplink.stop()
        self._transport.close()

    def _asked(self, gate_id: str, correlation: bytes, sealed: bytes) -> None:
        if self._uplink is not None:
            self._uplink.take(gate_id, correlation, sealed)

    def _state(self, gate_id: str, online: bool) -> None:
        with self._lock:
            if not self._stopping:
                self._due.put((_Due.ONLINE if online else _Due.OFFLINE, gate_id))

    def _run(self) -> None:
        while (due := self._next())[0] is not _Due.END:
            self._do(*due)
        self._transport.flush()
        gate_ids = list(self._talks)
        for gate_id in gate_ids:
            self._talks.pop(gate_id).close()
        self._safely(lambda: self._link.presence.closed(gate_ids), "")

    def _next(self) -> tuple[_Due, str]:
        """What is to do next; a gate's tick where nothing else is. What was said is sent before we wait."""
        while True:
            with suppress(queue.Empty):
                return self._due.get_nowait()
            if (gate_id := self._ticking()) is not None:
                return _Due.TICK, gate_id
            self._transport.flush()
            wait = None if not self._ticks else max(0.0, self._ticks[0][0] - time.monotonic())
            with suppress(queue.Empty):
                return self._due.get(timeout=wait)

    def _ticking(self) -> str | None:
        """A gate whose tick is due."""
        while self._ticks and self._ticks[0][0] <= time.monotonic():
            _, gate_id, talk = self._ticks.popleft()
            if self._talks.get(gate_id) is talk:
                self._tick_later(gate_id, talk)
                return gate_id
        return None

    def _do(self, what: _Due, gate_id: str) -> None:
        if what in (_Due.ONLINE, _Due.OFFLINE):
            self._transport.flush()  # what was said does not wait until this is written to the database
            self._safely(lambda: self._leave(gate_id), gate_id)
        if what is _Due.ONLINE:
            self._safely(lambda: self._begin(gate_id), gate_id)
        elif what is not _Due.OFFLINE and (talk := self._talks.get(gate_id)) is not None:
            self._safely(
                lambda: self._say(gate_id, talk.heard(None) if what is _Due.TICK else talk.waiting()), gate_id
            )
            if talk.over:
                self._safely(lambda: self._leave(gate_id), gate_id)

    def _begin(self, gate_id: str) -> None:
        gate = live_gate(self._link.house, gate_id)
        if gate is None:
            return
        talk = self._link.talk(gate, lambda: self._due.put((_Due.ITEM, gate_id)))
        self._talks[gate_id] = talk
        self._tick_later(gate_id, talk)
        self._say(gate_id, talk.opening())
        if talk.over:
            self._leave(gate_id)

    def _leave(self, gate_id: str) -> None:
        talk = self._talks.pop(gate_id, None)
        if talk is not None:
            talk.close()
            self._link.presence.closed([gate_id])

    def _tick_later(self, gate_id: str, talk: Talk) -> None:
        self._ticks.append((time.monotonic() + self._link.tick_seconds, gate_id, talk))

    def _say(self, gate_id: str, words: Iterator[Said]) -> None:
        now = self._link.house.clock.now
        for said in words:
            life = None if said.expires_at is None else said.expires_at - now()
            self._transport.publish(gate_id, said.name, said.data, life)

    def _safely(self, act: Callable[[], None], gate_id: str) -> None:
        try:
            act()
        except KaimenError as exc:
            # The gate hears nothing for 45 s, takes the link for dead and announces itself again.
            _log.error("a talk broke off", extra={"gate": gate_id, "code": exc.code})
