"""A QR scanner that types: a USB keyboard to Linux, read from its event device (input.h, struct input_event).

The device is grabbed, so that nothing held up to it is typed into a console. US layout, as scanners are sold.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
from collections.abc import Callable

import structlog

from hardware.drivers.presence import Presence

log = structlog.get_logger(__name__)

MAX_CHARACTERS = 512
EVENT = struct.Struct("llHHi")
"""Seconds, microseconds, type, code, value."""
EV_KEY = 1
KEY_ENTER = 28
_SHIFTS = frozenset({42, 54})
_PRESSED = 1
_GRAB = 0x40044590
"""EVIOCGRAB of linux/input.h."""
_AGAIN_SECONDS = 2.0
_ROWS = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./", 57: " "}
_SHIFTED_ROWS = {2: "!@#$%^&*()_+", 16: "QWERTYUIOP{}", 30: 'ASDFGHJKL:"~', 43: "|ZXCVBNM<>?", 57: " "}


def _keys(rows: dict[int, str]) -> dict[int, str]:
    return {first + n: letter for first, letters in rows.items() for n, letter in enumerate(letters)}


PLAIN = _keys(_ROWS)
SHIFTED = _keys(_SHIFTED_ROWS)


class Typist:
    """Turns key events into lines."""

    def __init__(self) -> None:
        self._held = ""
        self._shifts: set[int] = set()

    def take(self, kind: int, code: int, value: int) -> str | None:
        """One event; a whole line when Enter was pressed, else None."""
        if kind != EV_KEY:
            return None
        if code in _SHIFTS:
            self._shifts.add(code) if value else self._shifts.discard(code)
        elif value == _PRESSED and code == KEY_ENTER:
            line, self._held = self._held, ""
            return line if 0 < len(line) <= MAX_CHARACTERS else None
        elif value == _PRESSED and len(self._held) <= MAX_CHARACTERS:
            self._held += (SHIFTED if self._shifts else PLAIN).get(code, "")
        return None


class KeyboardScanner:
    def __init__(self, device: str) -> None:
        """Args: `device`: such as ``/dev/input/by-id/usb-…-event-kbd``."""
        self._device = device
        self._presence = Presence("scanner", device)
        self._listeners: list[Callable[[str], None]] = []
        self._stop = threading.Event()
        threading.Thread(target=self._run, name="scanner", daemon=True).start()

    def on_code(self, listener: Callable[[str], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._read()
            except OSError as exc:
                self._presence.lost(exc)
            self._stop.wait(_AGAIN_SECONDS)

    def _read(self) -> None:
        typist = Typist()
        with open(self._device, "rb", buffering=0) as events:
            try:
                fcntl.ioctl(events, _GRAB, 1)
            except OSError as exc:
                log.warning("scanner.not_grabbed", device=self._device, error=os.strerror(exc.errno or 0))
            self._presence.here()
            while not self._stop.is_set():
                raw = events.read(EVENT.size)
                if raw is None or len(raw) < EVENT.size:
                    return
                _seconds, _microseconds, kind, code, value = EVENT.unpack(raw)
                line = typist.take(kind, code, value)
                if line is not None:
                    for listener in self._listeners:
                        listener(line)
