"""The card or pass that was just held up and did not open: it goes along with a face shown soon after (1:1)."""

from __future__ import annotations

import time
from collections.abc import Callable

CLAIM_SECONDS = 15.0
"""How long a credential may come before the face; the same person still stands there."""


class Claims:
    """The last refused credential of each access point, in memory only.

    Args:
        seconds: a clock that never goes back.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._held: dict[str, tuple[str, float]] = {}

    def note(self, access_point_id: str, payload: str, *, granted: bool) -> None:
        """Keep what was held up; a grant ends the matter, for whoever stood there has entered."""
        if granted:
            self._held.pop(access_point_id, None)
        elif payload:
            self._held[access_point_id] = (payload, self._seconds())

    def recent(self, access_point_id: str) -> str:
        """What a face shown now goes along with; empty for nothing."""
        payload, at = self._held.get(access_point_id, ("", 0.0))
        if self._seconds() - at <= CLAIM_SECONDS:
            return payload
        self._held.pop(access_point_id, None)
        return ""
