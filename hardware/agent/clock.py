"""Trusted time: the server's `time` events against a clock that no one can set (wire protocol, 9).

The machine's wall clock is never asked: it may be years off, or set by someone at the gate. A `time` event
arrives late, never early, so the largest of the recent offsets is the nearest to the truth. Together with the
kernel's boot id the offset outlives a restart of the process, but not of the machine: "no valid time since
boot" is exactly that.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from access.domain.times import SECOND

_SAMPLES = 8
"""Two minutes of `time` events, one every 15 s."""
_STEP = 60 * SECOND
"""No event can be this late on a live stream (silent for 45 s is dead): the server's clock was set."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def since_boot() -> int:
    """Milliseconds since the machine started, suspend included (CLOCK_BOOTTIME)."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def boot_id() -> str:
    """The kernel's id of this boot; empty where there is none, and then nothing is carried over."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is written down of the clock.

    Attributes:
        boot: id of the boot in which `offset` holds.
        offset: server time minus time since boot, milliseconds.
        floor: the latest trusted instant written down; time is not earlier than this.
    """

    boot: str
    offset: int
    floor: int


class TrustedClock:
    """Server time, extrapolated; None until a `time` event was heard in this boot."""

    def __init__(self, kept: Kept | None, ticks: Callable[[], int] = since_boot, boot: str | None = None) -> None:
        self._ticks = ticks
        self._boot = boot_id() if boot is None else boot
        self._floor = 0 if kept is None else kept.floor
        carried = kept is not None and self._boot != "" and kept.boot == self._boot
        self._offset: int | None = kept.offset if kept is not None and carried else None
        self._samples: deque[int] = deque(maxlen=_SAMPLES)
        self._lock = threading.Lock()

    def heard(self, server_now: int) -> int:
        """Take a `time` event.

        Returns:
            By how much the clock was stepped, milliseconds; 0 for an ordinary event.
        """
        sample = server_now - self._ticks()
        with self._lock:
            before = self._offset
            if before is not None and abs(sample - before) > _STEP:
                self._samples.clear()
            self._samples.append(sample)
            self._offset = max(self._samples)
            stepped = 0 if before is None else self._offset - before
        return stepped if abs(stepped) > _STEP else 0

    def at_least(self, signed: int) -> int:
        """Take an instant that the server has signed, so that has surely passed.

        Returns:
            By how much the clock was behind it, milliseconds; 0 where it was not, or where there is none.
        """
        with self._lock:
            if self._offset is None:
                return 0
            sample = signed - self._ticks()
            behind = max(0, sample - self._offset)
            if behind:
                self._samples.append(sample)
                self._offset = sample
        return behind

    def now(self) -> int | None:
        """The trusted instant, or None without a valid time since boot."""
        with self._lock:
            return None if self._offset is None else self._offset + self._ticks()

    def floor(self) -> int:
        """An instant that has surely passed; 0 on a device that never heard the time."""
        now = self.now()
        return self._floor if now is None else now

    def keep(self) -> Kept | None:
        """What to write down; None when there is nothing new to keep."""
        now = self.now()
        if now is None or self._offset is None:
            return None
        return Kept(self._boot, self._offset, now)
