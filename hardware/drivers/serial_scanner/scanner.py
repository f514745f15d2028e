"""A QR scanner on a serial line (USB CDC or RS-232): one code a line, ended by CR or LF."""

from __future__ import annotations

import threading
from collections.abc import Callable

import serial

from hardware.drivers.presence import Presence

MAX_CHARACTERS = 512
_AGAIN_SECONDS = 2.0
_READ_SECONDS = 0.5


class SerialScanner:
    """Unplugged, it is waited for."""

    def __init__(self, port: str, baud: int = 9600) -> None:
        """Args: `port`: such as ``/dev/serial/by-id/…``, which stays the same over restarts."""
        self._port = port
        self._baud = baud
        self._presence = Presence("scanner", port)
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
                with serial.Serial(self._port, self._baud, timeout=_READ_SECONDS) as line:
                    self._presence.here()
                    self._read(line)
            except (serial.SerialException, OSError, ValueError) as exc:  # ValueError: no such speed
                self._presence.lost(exc)
            self._stop.wait(_AGAIN_SECONDS)

    def _read(self, line: serial.Serial) -> None:
        held = bytearray()
        while not self._stop.is_set():
            for byte in line.read(max(1, line.in_waiting)):
                if byte in b"\r\n":
                    self._give(held)
                    held.clear()
                elif len(held) <= MAX_CHARACTERS:
                    held.append(byte)

    def _give(self, raw: bytearray) -> None:
        """Passes are ASCII; anything longer or else is noise or somebody's other code, and is let go."""
        if not raw or len(raw) > MAX_CHARACTERS or not raw.isascii():
            return
        for listener in self._listeners:
            listener(raw.decode("ascii").strip())
