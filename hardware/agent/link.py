"""What every link down to a gate shares: up or down, dead after silence, reconnected with full jitter."""

from __future__ import annotations

import random
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from msgspec import Struct

from access.domain.errors import InvalidInput
from hardware import wire

log = structlog.get_logger(__name__)

_FIRST_PAUSE = 1.0
_BYE_PAUSE = 5.0
_MOST_DOUBLINGS = 10


class TimeEvent(Struct, frozen=True):
    """`event: time`: the server's instant, and the version of the estate's lists (a hint only)."""

    now: wire.Instant
    version: int = 0


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who takes what comes down; each is called from the link's thread."""

    time: Callable[[TimeEvent], None]
    keys: Callable[[bytes], None]
    command: Callable[[bytes], object]
    state: Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: a link silent for `silence` is dead; `longest` bounds the pause before another try."""

    silence: float
    longest: float


class Link(threading.Thread):
    """Keeps one connection open until stopped; a carrier says how (`once`) and how to end it (`hang_up`)."""

    def __init__(self, listeners: Listeners, patience: Patience) -> None:
        super().__init__(name="link", daemon=True)
        self.patience = patience
        self.ended = threading.Event()
        self.why_down = ""
        self._said_down = ""
        self._listeners = listeners
        self._watchers = [listeners.state]
        self._nudged = threading.Event()
        self._up = threading.Event()
        self._down = threading.Event()
        self._down.set()
        self._heard = 0.0

    @abstractmethod
    def once(self) -> bool:
        """One connection, from dialling to its end. True when the server said that it goes."""

    @abstractmethod
    def hang_up(self) -> None:
        """End the connection now, from another thread."""

    def is_up(self) -> bool:
        """Open, and heard within the silence limit."""
        return self._up.is_set() and time.monotonic() - self._heard < self.patience.silence

    def wait_up(self, timeout: float) -> bool:
        """Wait until the link is open; `timeout` in seconds."""
        return self._up.wait(timeout)

    def wait_down(self, timeout: float) -> bool:
        """Wait until it is not; `timeout` in seconds."""
        return self._down.wait(timeout)

    def on_state(self, listener: Callable[[bool], None]) -> None:
        """Also tell `listener` when the link opens and ends."""
        self._watchers.append(listener)

    def last_error(self) -> str:
        """Why the link is not open, in plain words; empty when it is."""
        return "" if self.is_up() else self.why_down

    def nudge(self) -> None:
        """Try again now instead of after the pause (the network was plugged in)."""
        self._nudged.set()

    def stop(self) -> None:
        """End now, also while waiting for the next event."""
        self.ended.set()
        self._nudged.set()
        self.hang_up()

    def run(self) -> None:
        failures = 0
        while not self.ended.is_set():
            began = time.monotonic()
            said_bye = self._once()
            self._set_up(False)
            lived = time.monotonic() - began > self.patience.silence
            failures = 0 if lived or said_bye else failures + 1
            self._pause(_BYE_PAUSE if said_bye else self._bound(failures))

    def _once(self) -> bool:
        try:
            return self.once()
        except Exception as exc:
            # A gate that stops listening cannot be helped from afar: say what happened and connect again.
            log.exception("link.stumbled")
            self.failed(exc)
            return False

    def take(self, name: str, raw: bytes) -> bool:
        """One event from the server. False when it was its goodbye."""
        self._heard = time.monotonic()
        if name == "bye":
            self.why_down = "the server is reloading"
            return False
        if name == "time":
            self._take_time(raw)
        elif name == "keys":
            self._listeners.keys(raw)
        elif name == "command":
            self._listeners.command(raw)
        return True

    def failed(self, error: Exception) -> None:
        """The connection did not come about, or broke; the same cause is logged once until the link is up."""
        self.why_down = str(error) or type(error).__name__
        if self.why_down != self._said_down:
            self._said_down = self.why_down
            log.info("link.down", error=self.why_down)

    def _take_time(self, raw: bytes) -> None:
        try:
            heard = wire.read(raw, TimeEvent)
        except InvalidInput as exc:
            log.warning("link.time", code=exc.code)
            return
        self._listeners.time(heard)
        self._set_up(True)

    def _set_up(self, up: bool) -> None:
        if up == self._up.is_set():
            return
        now, before = (self._up, self._down) if up else (self._down, self._up)
        before.clear()
        now.set()
        if up:
            self._said_down = ""
        log.info("link.up" if up else "link.lost")
        for listener in self._watchers:
            listener(up)

    def _bound(self, failures: int) -> float:
        return min(self.patience.longest, _FIRST_PAUSE * 2.0 ** min(failures, _MOST_DOUBLINGS))

    def _pause(self, bound: float) -> None:
        """Full jitter: anywhere from nothing to the bound, so that a thousand gates do not return at once."""
        self._nudged.wait(random.uniform(0.0, bound))  # noqa: S311 - spreading load, not a secret
        if not self.ended.is_set():
            self._nudged.clear()
