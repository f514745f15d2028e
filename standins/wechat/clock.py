"""The stand-in's time, which can be moved forward so that expiry is shown without waiting."""

from __future__ import annotations

import threading
import time


class Clock:
    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Unix seconds, ahead of real time by all that was added."""
        with self._lock:
            return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._ahead += seconds
