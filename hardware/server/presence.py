"""Which gates have a stream open, told to SQL: when it opens, every 15 s, and when it closes."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from access.domain.errors import ExternalSystemError
from access.services.gate_presence import note_streaming
from access.services.house import House

BEAT_SECONDS = 15.0
_AT_ONCE = 100
_JOIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class Presence:
    """Open streams of this process, by gate; a gate may have two while it reconnects."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._open: Counter[str] = Counter()
        self._stopped = threading.Event()
        self._beating: threading.Thread | None = None

    def opened(self, gate_id: str) -> None:
        with self._lock:
            self._open[gate_id] += 1
            if self._beating is None:
                self._beating = threading.Thread(target=self._beat, name="presence", daemon=True)
                self._beating.start()
        note_streaming(self._house, [gate_id], streaming=True)

    def closed(self, gate_ids: Iterable[str]) -> None:
        gone = []
        with self._lock:
            for gate_id in gate_ids:
                self._open[gate_id] -= 1
                if self._open[gate_id] <= 0:
                    del self._open[gate_id]
                    gone.append(gate_id)
        if gone:
            note_streaming(self._house, gone, streaming=False)

    def stop(self) -> None:
        self._stopped.set()
        if self._beating is not None:
            self._beating.join(_JOIN_SECONDS)

    def _beat(self) -> None:
        while not self._stopped.wait(BEAT_SECONDS):
            with self._lock:
                gates = iter(list(self._open))
            while batch := list(islice(gates, _AT_ONCE)):
                self._note(batch)

    def _note(self, gate_ids: list[str]) -> None:
        try:
            note_streaming(self._house, gate_ids, streaming=True)
        except ExternalSystemError as exc:
            _log.warning("presence could not be noted", extra={"code": exc.code})
