"""The customer-service quota: 5 messages in 48 hours after a message, 3 in 1 minute after an event."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from standins.wechat.refusals import RefusedError

AFTER_MESSAGE = (5, 48 * 3600)
AFTER_EVENT = (3, 60)


@dataclass(slots=True)
class _Window:
    left: int
    until: float


class Quota:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], _Window] = {}

    def opened_by_message(self, person_id: str) -> None:
        self._open(person_id, "message", AFTER_MESSAGE)

    def opened_by_event(self, person_id: str) -> None:
        self._open(person_id, "event", AFTER_EVENT)

    def closed(self, person_id: str) -> None:
        """The person no longer follows."""
        with self._lock:
            self._windows = {key: one for key, one in self._windows.items() if key[0] != person_id}

    def spend(self, person_id: str) -> None:
        """Use one message.

        Raises:
            RefusedError: 45015 with no window open, 45047 with none left in it.
        """
        with self._lock:
            windows = [self._windows.get((person_id, kind)) for kind in ("event", "message")]
            live = [one for one in windows if one is not None and one.until > self._now()]
            if not live:
                raise RefusedError(45015)
            window = next((one for one in live if one.left), None)
            if window is None:
                raise RefusedError(45047)
            window.left -= 1

    def _open(self, person_id: str, kind: str, limits: tuple[int, int]) -> None:
        count, seconds = limits
        with self._lock:
            self._windows[person_id, kind] = _Window(count, self._now() + seconds)
