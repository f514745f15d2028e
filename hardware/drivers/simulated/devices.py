"""Simulated devices: no hardware, the same behaviour. What a person would do to the real ones are methods."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from access.domain.reasons import Words
from hardware.drivers.ports import CardRead, Display, DriverError

_IDLE = Display("idle", Words("", ""))


class SimulatedContact:
    """An input that is set by hand."""

    def __init__(self) -> None:
        self._active = False
        self._listeners: list[Callable[[bool], None]] = []

    def active(self) -> bool:
        return self._active

    def on_change(self, listener: Callable[[bool], None]) -> None:
        self._listeners.append(listener)

    def set(self, active: bool) -> None:
        """Change the input as a hand or a magnet would; nothing happens when it is so already."""
        if active == self._active:
            return
        self._active = active
        for listener in self._listeners:
            listener(active)


class SimulatedRelay:
    """Counts its firings and releases after the time asked for.

    Attributes:
        fired: monotonic seconds of each firing, oldest first.
        broken: when set, switching raises `DriverError` as a real driver does.
    """

    def __init__(self) -> None:
        self.fired: list[float] = []
        self.broken = False
        self._lock = threading.Lock()
        self._energised = False
        self._timer: threading.Timer | None = None
        self._listeners: list[Callable[[bool], None]] = []

    def energised(self) -> bool:
        return self._energised

    def on_change(self, listener: Callable[[bool], None]) -> None:
        self._listeners.append(listener)

    def pulse(self, milliseconds: int) -> None:
        self._switch(True)
        with self._lock:
            self.fired.append(time.monotonic())
            self._timer = threading.Timer(milliseconds / 1000, self.release)
            self._timer.daemon = True
            self._timer.start()

    def hold(self) -> None:
        self._switch(True)

    def release(self) -> None:
        self._switch(False)

    def _switch(self, energised: bool) -> None:
        if energised and self.broken:
            raise DriverError("the simulated relay is set to fail")
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            changed, self._energised = energised != self._energised, energised
        if changed:
            for listener in self._listeners:
                listener(energised)


class SimulatedReader:
    """Card reader and code scanner in one; what is held up is queued by the caller."""

    def __init__(self) -> None:
        self._cards: list[Callable[[CardRead], None]] = []
        self._keys: list[Callable[[str], None]] = []
        self._codes: list[Callable[[str], None]] = []

    def on_card(self, listener: Callable[[CardRead], None]) -> None:
        self._cards.append(listener)

    def on_keys(self, listener: Callable[[str], None]) -> None:
        self._keys.append(listener)

    def on_code(self, listener: Callable[[str], None]) -> None:
        self._codes.append(listener)

    def type(self, keys: str) -> None:
        for listener in self._keys:
            for key in keys:
                listener(key)

    def hold_card(self, number: str) -> None:
        for listener in self._cards:
            listener(CardRead(number))

    def hold_code(self, text: str) -> None:
        for listener in self._codes:
            listener(text)


class SimulatedCamera:
    """Sees what it is shown."""

    def __init__(self) -> None:
        self._faces: list[Callable[[Sequence[bytes]], None]] = []
        self._codes: list[Callable[[str], None]] = []

    def on_code(self, listener: Callable[[str], None]) -> None:
        self._codes.append(listener)

    def on_face(self, listener: Callable[[Sequence[bytes]], None]) -> None:
        self._faces.append(listener)

    def show_code(self, text: str) -> None:
        for listener in self._codes:
            listener(text)

    def show_face(self, frames: Sequence[bytes]) -> None:
        for listener in self._faces:
            listener(frames)


class SimulatedScreen:
    """Remembers what it shows and wakes whoever waits for a change."""

    def __init__(self) -> None:
        self.display = _IDLE
        self._changed = threading.Condition()
        self._listeners: list[Callable[[Display], None]] = []

    def on_show(self, listener: Callable[[Display], None]) -> None:
        self._listeners.append(listener)

    def show(self, display: Display) -> None:
        with self._changed:
            self.display = display
            self._changed.notify_all()
        for listener in self._listeners:
            listener(display)

    def wait_for(self, phase: str, timeout: float) -> bool:
        """True once the screen shows `phase`; `timeout` in seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self.display.phase == phase, timeout)
