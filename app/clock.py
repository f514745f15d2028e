"""The system's clock."""

from __future__ import annotations

import time


class SystemClock:
    """Wall time of this machine, kept right by the operating system (NTP)."""

    def now(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        return time.time_ns() // 1_000_000
