"""A Wiegand reader on two GPIO lines: a short low pulse on D0 is a 0, on D1 a 1; a pause ends the frame."""

from __future__ import annotations

import threading
from collections.abc import Callable

import gpiozero
import structlog

from access.domain.errors import InvalidInput
from hardware.drivers.ports import CardRead, DriverError
from hardware.drivers.wiegand.frames import decode, key_of

log = structlog.get_logger(__name__)

_PAUSE_SECONDS = 0.025
"""Bits come 1 to 2 ms apart; ten times that ends the frame."""
_MOST_BITS = 64


class WiegandReader:
    def __init__(self, data0: int, data1: int) -> None:
        """Args: `data0`, `data1`: BCM numbers of the two lines. Raises DriverError."""
        try:
            self._lines = [gpiozero.DigitalInputDevice(pin, pull_up=True) for pin in (data0, data1)]
        except gpiozero.GPIOZeroError as exc:
            raise DriverError(f"GPIO {data0}, {data1}: {exc}") from exc
        self._bits: list[int] = []
        self._changed = threading.Condition()
        self._listeners: list[Callable[[CardRead], None]] = []
        self._key_listeners: list[Callable[[str], None]] = []
        for bit, line in enumerate(self._lines):
            line.when_activated = self._taker(bit)
        threading.Thread(target=self._collect, name="wiegand", daemon=True).start()

    def on_card(self, listener: Callable[[CardRead], None]) -> None:
        self._listeners.append(listener)

    def on_keys(self, listener: Callable[[str], None]) -> None:
        self._key_listeners.append(listener)

    def _taker(self, bit: int) -> Callable[[], None]:
        def take() -> None:
            with self._changed:
                self._bits.append(bit)
                self._changed.notify()

        return take

    def _collect(self) -> None:
        while True:
            self._finished(self._frame())

    def _frame(self) -> list[int]:
        """The next frame: bits until a pause."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._bits))
            while len(self._bits) < _MOST_BITS:
                before = len(self._bits)
                if not self._changed.wait_for(lambda: len(self._bits) > before, _PAUSE_SECONDS):  # noqa: B023
                    break
            frame, self._bits = self._bits, []
            return frame

    def _finished(self, bits: list[int]) -> None:
        key = key_of(bits)
        if key is not None:
            for hear in self._key_listeners:
                hear(key)
            return
        try:
            number = decode(bits)
        except InvalidInput as exc:
            log.info("wiegand.unreadable", code=exc.code, bits=len(bits))
            return
        for listener in self._listeners:
            listener(CardRead(number))
