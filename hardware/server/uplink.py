"""Requests that gates send over a broker: unsealed, handed to the api process, answered sealed.

Nothing is decided here. The api checks the token and the device's signature as it does over HTTPS, and every
request is idempotent there; that a broker may deliver one twice is caught here already.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Protocol

import msgspec

from access.domain.errors import ExternalSystemError, KaimenError
from access.domain.gates import Gate
from access.services.gate_presence import live_gate, sealing_seed
from access.services.house import House
from hardware.server.api_client import Answered
from hardware.tunnel import MAX_UP, Answer, Request, Seal

ANSWER_LIFE_MS = 30_000
AT_ONCE = 16
"""Requests of one process carried at the same time."""
MOST_WAITING = 1_024
MOST_OF_ONE = 16
"""Requests of one gate that are waiting or carried: one that floods is not heard, the others are."""
_REMEMBERED = 8_192
_NONCE = 24

_log = logging.getLogger(__name__)

Reply = Callable[[str, bytes, bytes, int], None]


class Api(Protocol):
    """The api process (`ApiClient`)."""

    def ask(self, request: Request, body: bytes) -> Answered: ...
    def close(self) -> None: ...


class Uplink:
    """One a link process. `take` may be called from any thread and never waits."""

    def __init__(self, house: House, api: Api, reply: Reply) -> None:
        """`reply` sends (gate, correlation, sealed answer, life in ms)."""
        self._house = house
        self._api = api
        self._reply = reply
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()
        self._known: OrderedDict[tuple[str, bytes], None] = OrderedDict()
        self._seals: OrderedDict[str, Seal] = OrderedDict()
        self._stopping = False
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="uplink")

    def take(self, gate_id: str, correlation: bytes, sealed: bytes) -> None:
        """One message. What is too large, too much or here already is not carried; the gate asks again."""
        if not _NONCE < len(sealed) <= MAX_UP:
            _log.warning("a request is too large", extra={"gate": gate_id, "bytes": len(sealed)})
            return
        with self._lock:
            if self._stopping or self._is_known(gate_id, sealed) or not self._has_room(gate_id):
                return
            self._waiting[gate_id] += 1
            self._pool.submit(self._carry, gate_id, correlation, sealed)

    def stop(self) -> None:
        """Carry what is here already, take nothing more."""
        with self._lock:
            self._stopping = True
        self._pool.shutdown(wait=True)
        self._api.close()

    def _is_known(self, gate_id: str, sealed: bytes) -> bool:
        """A box is made once with one nonce: a second copy is the broker's."""
        key = (gate_id, sealed[:_NONCE])
        if key in self._known:
            return True
        self._known[key] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return False

    def _has_room(self, gate_id: str) -> bool:
        if self._waiting[gate_id] < MOST_OF_ONE and self._waiting.total() < MOST_WAITING:
            return True
        _log.warning("too many requests wait", extra={"gate": gate_id})
        return False

    def _carry(self, gate_id: str, correlation: bytes, sealed: bytes) -> None:
        try:
            gate = live_gate(self._house, gate_id)
            if gate is None:
                return
            seal = self._seal(gate)
            request, body = seal.open(sealed, Request, MAX_UP)
            answer, content = self._ask(request, body)
            self._reply(gate_id, correlation, seal.close(answer, content), ANSWER_LIFE_MS)
        except KaimenError as exc:
            _log.warning("a request over the broker was not carried", extra={"gate": gate_id, "code": exc.code})
        finally:
            with self._lock:
                self._waiting[gate_id] -= 1
                if self._waiting[gate_id] <= 0:
                    del self._waiting[gate_id]

    def _ask(self, request: Request, body: bytes) -> tuple[Answer, bytes]:
        try:
            got = self._api.ask(request, body)
        except ExternalSystemError as exc:
            _log.warning("the api does not answer", extra={"error": exc.message})
            error = {"code": exc.code, "message": "try again"}
            return Answer(request.reference, HTTPStatus.SERVICE_UNAVAILABLE), msgspec.json.encode(error)
        return Answer(request.reference, got.status, got.date), got.content

    def _seal(self, gate: Gate) -> Seal:
        with self._lock:
            seal = self._seals.get(gate.id)
        if seal is None:
            seal = Seal(sealing_seed(self._house, gate), gate.public_key)
            with self._lock:
                self._seals[gate.id] = seal
                if len(self._seals) > _REMEMBERED:
                    self._seals.popitem(last=False)
        return seal
