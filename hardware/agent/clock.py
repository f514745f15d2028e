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
_CLOSE = 4 * SECOND
"""An answer that took longer than this leaves too much open: asked again."""
_DRIFT = 5_000
"""A crystal is off by less than one part in this many."""
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
        self._offset = None if kept is None else self._carried(kept)
        self._samples: deque[int] = deque(maxlen=_SAMPLES)
        self._bracketing = False
        self._ceiling: tuple[int, int] | None = (
            None  # offset that is not exceeded, and the ticks when it was learnt
        )
        self._lock = threading.Lock()

    def _carried(self, kept: Kept) -> int | None:
        """The offset written down in this boot; None when it would put the present before what had passed then."""
        same = self._boot != "" and kept.boot == self._boot
        return kept.offset if same and kept.offset + self._ticks() >= kept.floor else None

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
            self._doubt_ceiling()
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
                self._doubt_ceiling()
        return behind

    def ticks(self) -> int:
        """Milliseconds since the machine started; what `answered` wants of the moment of asking."""
        return self._ticks()

    def answered(self, server_now: int, asked: int) -> None:
        """The server told its time in an answer: it cannot be later now than if it had answered at once.

        Args:
            asked: `ticks` when the question left.
        """
        with self._lock:
            fresh = server_now - asked
            known = self._ceiling_now()
            self._bracketing = True
            self._ceiling = (fresh if known is None else min(fresh, known), self._ticks())
            self._doubt_ceiling()

    def latest(self) -> int | None:
        """An instant that has surely not passed yet, for what must never happen late; None when nobody knows."""
        with self._lock:
            if self._offset is None or not self._bracketing:
                return None if self._offset is None else self._offset + self._ticks()
            ceiling = self._ceiling_now()
            return None if ceiling is None else ceiling + self._ticks()

    def is_close(self) -> bool:
        """Whether the earliest and the latest that it can be lie near to each other; else the time is asked for."""
        with self._lock:
            if not self._bracketing:
                return True
            ceiling = self._ceiling_now()
            return ceiling is not None and self._offset is not None and ceiling - self._offset <= _CLOSE

    def _ceiling_now(self) -> int | None:
        if self._ceiling is None:
            return None
        offset, learnt = self._ceiling
        return offset + max(0, self._ticks() - learnt) // _DRIFT

    def _doubt_ceiling(self) -> None:
        """A ceiling below what has surely passed, or far above it, was learnt before the clock jumped."""
        ceiling = self._ceiling_now()
        if ceiling is not None and self._offset is not None and not 0 <= ceiling - self._offset <= _STEP:
            self._ceiling = None

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
