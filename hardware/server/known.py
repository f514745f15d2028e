"""What the talks of one process all ask for, read once for a thousand of them."""

from __future__ import annotations

import threading
import time

from access.services.gate_claims import SigningKeys, signing_keys
from access.services.gate_presence import revoked_gates
from access.services.house import House

_FRESH_SECONDS = 1.0


class Known:
    """One a process; safe for threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[int, SigningKeys]] = {}
        self._revoked: frozenset[str] = frozenset()
        self._read_at = -_FRESH_SECONDS

    def keys(self, estate_id: str, version: int) -> SigningKeys:
        """An estate's keys at a version of its policy: a rotation makes a new version."""
        with self._lock:
            held = self._keys.get(estate_id)
            if held is None or held[0] != version:
                held = self._keys[estate_id] = version, signing_keys(self._house, estate_id)
            return held[1]

    def is_revoked(self, gate_id: str) -> bool:
        """Whether a gate was cut off, as of a second ago."""
        with self._lock:
            now = time.monotonic()
            if now - self._read_at >= _FRESH_SECONDS:
                self._revoked = frozenset(gate.id for gate in revoked_gates(self._house, 0))
                self._read_at = now
            return gate_id in self._revoked
