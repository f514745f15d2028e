"""Keeps the broker's list of revoked gates as SQL has it: a stolen device key is refused there too."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Protocol

from access.domain.errors import KaimenError
from access.services.gate_presence import revoked_gates
from access.services.house import House
from hardware.server.authority import authority_of, kept_revoked_since

LOOK_SECONDS = 1.0
_JOIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


class BrokerFiles(Protocol):
    """Where the broker reads who was cut off (`adapters/gatelink/mosquitto.py`)."""

    def write_revoked(self, gate_ids: Iterable[str], revocations: bytes) -> None: ...


class CutOff:
    """Looks every second, and writes when the list is another one than before."""

    def __init__(self, house: House, files: BrokerFiles) -> None:
        self._house = house
        self._files = files
        self._written: list[str] | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cut-off", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_SECONDS)

    def look(self) -> bool:
        """One look; whether the broker was told. Raises OSError, KaimenError."""
        now = self._house.clock.now()
        gates = revoked_gates(self._house, kept_revoked_since(now))
        ids = [gate.id for gate in gates]
        if ids == self._written:
            return False
        self._files.write_revoked(ids, authority_of(self._house).revocations(gates, now))
        self._written = ids
        return True

    def _run(self) -> None:
        said = ""
        while not self._stopped.is_set():
            try:
                if self.look():
                    _log.info("the broker was told who is cut off", extra={"gates": len(self._written or ())})
                said = ""
            except (KaimenError, OSError) as exc:
                name = type(exc).__name__
                if name != said:
                    _log.error("the broker could not be told who is cut off", extra={"error": name})
                said = name
            self._stopped.wait(LOOK_SECONDS)
