"""The simulated person and the door's magnet: a relay that pulls lets the door be pushed open."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hardware.drivers.simulated.terminal import SimulatedTerminal

_PUSH_SECONDS = 0.3
_WALK_SECONDS = 1.8


class Walker:
    """Opens the door after the relay pulls, closes it after a while unless it is held open."""

    def __init__(self, terminal: SimulatedTerminal, walks: bool) -> None:
        self._terminal = terminal
        self._walks = walks
        self._held = False
        terminal.relay.on_change(self._relay_changed)

    def held(self) -> bool:
        return self._held

    def hold(self, held: bool) -> None:
        """Hold the door open with a foot, or let go."""
        self._held = held
        if held and self._terminal.relay.energised():
            self._terminal.contact.set(True)
        if not held:
            self._later(_PUSH_SECONDS, self._close)

    def force(self) -> None:
        """Push the door open without a grant."""
        self._terminal.contact.set(True)
        self._later(_WALK_SECONDS, self._close)

    def _relay_changed(self, energised: bool) -> None:
        if energised and self._walks:
            self._later(_PUSH_SECONDS, self._open)

    def _open(self) -> None:
        if self._terminal.relay.energised():
            self._terminal.contact.set(True)
            self._later(_WALK_SECONDS, self._close)

    def _close(self) -> None:
        if not self._held:
            self._terminal.contact.set(False)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()
