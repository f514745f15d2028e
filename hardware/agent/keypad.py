"""Digits typed at a reader's keypad, and the duress code among them.

The duress code goes with a card or pass: typed up to ten seconds before it is shown, or after. Digits typed
long before are somebody else's and are forgotten; nothing at the gate tells that the code was heard.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from access.domain.duress import LONGEST, SHORTEST

TOGETHER_SECONDS = 10.0
"""Typing and showing a card belong together within this time."""
_CLEAR = "*"


class Keypad:
    """One access point's. Safe for threads: readers press from threads of their own."""

    def __init__(
        self,
        is_duress: Callable[[str], bool],
        alarm: Callable[[], None],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """`is_duress` is asked with 4 to 8 digits; `alarm` is called once for a code that goes with a showing."""
        self._is_duress = is_duress
        self._alarm = alarm
        self._seconds = seconds
        self._lock = threading.Lock()
        self._typed: list[tuple[float, str]] = []
        self._shown_at: float | None = None

    def press(self, keys: str) -> None:
        """Keys as pressed: digits, ``*`` for clear, ``#`` for enter."""
        with self._lock:
            for key in keys:
                if key == _CLEAR:
                    self._typed.clear()
                elif key.isascii() and key.isdigit():
                    self._typed = [*self._typed[1 - LONGEST :], (self._seconds(), key)]
            heard = self._is_together() and self._hears()
        if heard:
            self._alarm()

    def shown(self) -> None:
        """A card or pass was held up."""
        with self._lock:
            self._shown_at = self._seconds()
            heard = self._hears()
        if heard:
            self._alarm()

    def _is_together(self) -> bool:
        return self._shown_at is not None and self._seconds() - self._shown_at <= TOGETHER_SECONDS

    def _hears(self) -> bool:
        """Whether the digits typed of late end with the code; it is heard once."""
        now = self._seconds()
        digits = "".join(key for at, key in self._typed if now - at <= TOGETHER_SECONDS)
        lengths = range(SHORTEST, min(LONGEST, len(digits)) + 1)
        heard = any(self._is_duress(digits[-length:]) for length in lengths)
        if heard:
            self._typed.clear()
        return heard
