"""The event stream down: time, keys and commands; dead after 45 s of silence, reconnected with full jitter."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import structlog
from httpx_sse import ServerSentEvent, connect_sse
from msgspec import Struct

from access.domain.errors import ExternalSystemError, InvalidInput
from hardware import wire
from hardware.agent.server import Server, client

log = structlog.get_logger(__name__)

_UNAUTHORISED = 401
_FIRST_PAUSE = 1.0
_BYE_PAUSE = 5.0
_CONNECT_SECONDS = 10.0
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


class Link(threading.Thread):
    """Keeps one stream open until stopped."""

    def __init__(
        self, base: str, server: Server, listeners: Listeners, silence_seconds: float, longest_pause: float
    ) -> None:
        super().__init__(name="link", daemon=True)
        timeout = httpx.Timeout(_CONNECT_SECONDS, read=silence_seconds)
        self._http = client(base, timeout)
        self._server = server
        self._listeners = listeners
        self._longest_pause = longest_pause
        self._silence_seconds = silence_seconds
        self._watchers = [listeners.state]
        self._ended = threading.Event()
        self._nudged = threading.Event()
        self._up = threading.Event()
        self._down = threading.Event()
        self._down.set()
        self._heard = 0.0
        self._last_error = ""
        self._socket: socket.socket | None = None

    def is_up(self) -> bool:
        """A stream that is open and was heard within the silence limit."""
        return self._up.is_set() and time.monotonic() - self._heard < self._silence_seconds

    def wait_up(self, timeout: float) -> bool:
        """Wait until the stream is open; `timeout` in seconds."""
        return self._up.wait(timeout)

    def wait_down(self, timeout: float) -> bool:
        """Wait until no stream is open; `timeout` in seconds."""
        return self._down.wait(timeout)

    def on_state(self, listener: Callable[[bool], None]) -> None:
        """Also tell `listener` when the stream opens and ends."""
        self._watchers.append(listener)

    def last_error(self) -> str:
        """Why the stream is not open, in plain words; empty when it is."""
        return "" if self.is_up() else self._last_error

    def nudge(self) -> None:
        """Try again now instead of after the pause (the network was plugged in)."""
        self._nudged.set()

    def stop(self) -> None:
        """End the stream now, also while it waits for the next event."""
        self._ended.set()
        self._nudged.set()
        open_socket = self._socket
        if open_socket is not None:
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        failures = 0
        while not self._ended.is_set():
            began = time.monotonic()
            said_bye = self._once()
            self._set_up(False)
            lived = time.monotonic() - began > self._silence_seconds
            failures = 0 if lived or said_bye else failures + 1
            self._pause(_BYE_PAUSE if said_bye else self._bound(failures))
        self._http.close()

    def _once(self) -> bool:
        """One connection, from dialling to its end. True when the server said that it goes."""
        try:
            headers = self._server.bearer()
            with connect_sse(self._http, "GET", "/gate/v1/stream", headers=headers) as source:
                if source.response.status_code == _UNAUTHORISED:
                    self._server.drop_token()
                source.response.raise_for_status()
                self._socket = source.response.extensions["network_stream"].get_extra_info("socket")
                return self._listen(source.iter_sse())
        except (httpx.HTTPError, ExternalSystemError, InvalidInput) as exc:
            self._last_error = str(exc) or type(exc).__name__
            log.info("link.down", error=self._last_error)
        finally:
            self._socket = None
        return False

    def _listen(self, events: Iterator[ServerSentEvent]) -> bool:
        for event in events:
            if self._ended.is_set():
                return False
            self._heard = time.monotonic()
            if event.event == "bye":
                self._last_error = "the server is reloading"
                return True
            self._dispatch(event)
        self._last_error = "the stream ended"
        return False

    def _dispatch(self, event: ServerSentEvent) -> None:
        raw = event.data.encode()
        if event.event == "time":
            try:
                heard = wire.read(raw, TimeEvent)
            except InvalidInput as exc:
                log.warning("link.time", code=exc.code)
                return
            self._listeners.time(heard)
            self._set_up(True)
        elif event.event == "keys":
            self._listeners.keys(raw)
        elif event.event == "command":
            self._listeners.command(raw)

    def _set_up(self, up: bool) -> None:
        if up != self._up.is_set():
            now, before = (self._up, self._down) if up else (self._down, self._up)
            before.clear()
            now.set()
            log.info("link.up" if up else "link.lost")
            for listener in self._watchers:
                listener(up)

    def _bound(self, failures: int) -> float:
        return min(self._longest_pause, _FIRST_PAUSE * 2.0 ** min(failures, _MOST_DOUBLINGS))

    def _pause(self, bound: float) -> None:
        """Full jitter: anywhere from nothing to the bound, so that a thousand gates do not return at once."""
        self._nudged.wait(random.uniform(0.0, bound))  # noqa: S311 - spreading load, not a secret
        if not self._ended.is_set():
            self._nudged.clear()
