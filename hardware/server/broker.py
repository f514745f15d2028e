"""Talks to gates that are connected to a broker instead of to the service's own streams, and hears them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from access.domain.errors import KaimenError
from access.domain.gates import Gate
from access.services.gate_presence import live_gate
from hardware.server.cutoff import CutOff
from hardware.server.link import Link, Talk
from hardware.server.uplink import Uplink

_JOIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Transport(Protocol):
    """What carries events to gates by their id, and their requests up (`adapters/gatelink/mqtt.py`)."""

    def listen(
        self, on_state: Callable[[str, bool], None], on_request: Callable[[str, bytes, bytes], None]
    ) -> None: ...
    def publish(self, gate_id: str, name: str, data: bytes, life_ms: int | None) -> None: ...
    def answer(self, gate_id: str, correlation: bytes, sealed: bytes, life_ms: int) -> None: ...
    def close(self) -> None: ...


class BrokerBridge:
    """One talk, on a thread of its own, for each gate that the broker says is there."""

    def __init__(
        self, link: Link, transport: Transport, uplink: Uplink | None = None, cut_off: CutOff | None = None
    ) -> None:
        """Without `uplink` gates ask over HTTPS; without `cut_off` the broker is not told of revocations."""
        self._link = link
        self._transport = transport
        self._uplink = uplink
        self._cut_off = cut_off
        self._lock = threading.Lock()
        self._talks: dict[str, Talk] = {}
        self._threads: set[threading.Thread] = set()
        self._stopping = False

    def start(self) -> None:
        """Begin to listen."""
        self._transport.listen(self._heard, self._asked)
        if self._cut_off is not None:
            self._cut_off.start()

    def stop(self) -> None:
        """Say ``bye`` to every gate, answer what was asked, then leave the broker.

        Waits for talks that a gate ended by leaving too (each still writes that its gate is gone) and for whoever
        else reads or writes the database.
        """
        with self._lock:
            self._stopping = True
            threads = list(self._threads)
        self._link.stop()
        for thread in threads:
            thread.join(_JOIN_SECONDS)
        if self._cut_off is not None:
            self._cut_off.stop()
        if self._uplink is not None:
            self._uplink.stop()
        self._transport.close()

    def _asked(self, gate_id: str, correlation: bytes, sealed: bytes) -> None:
        if self._uplink is not None:
            self._uplink.take(gate_id, correlation, sealed)

    def _heard(self, gate_id: str, online: bool) -> None:
        with self._lock:
            ending = self._talks.pop(gate_id, None)
            if ending is not None:
                ending.end()
        try:
            gate = live_gate(self._link.house, gate_id) if online else None
        except KaimenError as exc:
            _log.error("a gate could not be looked up", extra={"gate": gate_id, "code": exc.code})
            return
        if gate is None:
            return
        with self._lock:
            if not self._stopping:
                self._begin(gate)

    def _begin(self, gate: Gate) -> None:
        talk = self._link.talk(gate)
        thread = threading.Thread(target=self._carry, args=(gate.id, talk), name="broker-talk", daemon=True)
        self._talks[gate.id] = talk
        self._threads.add(thread)
        thread.start()

    def _carry(self, gate_id: str, talk: Talk) -> None:
        try:
            self._say(gate_id, talk)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _say(self, gate_id: str, talk: Talk) -> None:
        try:
            for said in talk.said():
                life = None if said.expires_at is None else said.expires_at - self._link.house.clock.now()
                self._transport.publish(gate_id, said.name, said.data, life)
        except KaimenError as exc:
            # The gate hears nothing for 45 s, takes the link for dead and announces itself again.
            _log.error("a talk broke off", extra={"gate": gate_id, "code": exc.code})
