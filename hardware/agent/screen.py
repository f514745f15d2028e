"""What stands on the screen of an access point: each message for its own time, then the resting screen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hardware.drivers.ports import Display, Screen


class Screens:
    """Several as one: each reader at a door tells what happened there."""

    def __init__(self, screens: Sequence[Screen]) -> None:
        self._screens = screens

    def show(self, display: Display) -> None:
        for screen in self._screens:
            screen.show(display)


class ScreenStand:
    """A newer message replaces an older one; what happens at the door meanwhile does not."""

    def __init__(self, screen: Screen | None, resting: Callable[[], Display]) -> None:
        """`resting` says what the screen shows when there is nothing to tell."""
        self._screen = screen
        self._resting = resting
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None

    def tell(self, display: Display, seconds: float) -> None:
        """Show a message now and let it stand for so long."""
        with self._lock:
            self.stop()
            timer = threading.Timer(seconds, lambda: self._over(timer))
            timer.daemon = True
            self._timer = timer
            self._show(display)
            timer.start()

    def rest(self, *, urgent: bool = False) -> None:
        """The resting screen has changed: show it, at once when urgent, else when no message stands."""
        with self._lock:
            if urgent:
                self.stop()
            if self._timer is None:
                self._show(self._resting())

    def stop(self) -> None:
        """No message stands any more; the screen stays as it is."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _over(self, timer: threading.Timer) -> None:
        with self._lock:
            if self._timer is timer:
                self._timer = None
                self._show(self._resting())

    def _show(self, display: Display) -> None:
        if self._screen is not None:
            self._screen.show(display)
