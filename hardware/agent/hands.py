"""From the readers of an access point to presentations: one at a time, the same thing not twice in a row."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

import structlog

from access.domain.places import Method
from hardware.agent.keypad import Keypad
from hardware.drivers.ports import Camera, CardRead, CardReader, CodeScanner

log = structlog.get_logger(__name__)

_SAME_SECONDS = 3.0
"""A scanner sees the same code many times a second; a card lies on the reader for a moment."""

Present = Callable[[Method, str, Sequence[bytes]], object]
_Held = tuple[Method, str, Sequence[bytes]]


class Hands(threading.Thread):
    """Worker of one access point. What arrives while one presentation is decided is left out."""

    def __init__(self, name: str, present: Present, keypad: Keypad) -> None:
        super().__init__(name=f"hands-{name}", daemon=True)
        self._present = present
        self._keypad = keypad
        self._queue: queue.Queue[_Held | None] = queue.Queue(maxsize=1)
        self._last: tuple[Method, str] | None = None
        self._last_at = 0.0

    def card(self, read: CardRead) -> None:
        self._keypad.shown()
        self._offer(Method.CARD, read.number, ())

    def code(self, text: str) -> None:
        self._keypad.shown()
        self._offer(Method.QR, text, ())

    def face(self, frames: Sequence[bytes]) -> None:
        self._offer(Method.FACE, "", frames)

    def listen(
        self, readers: Sequence[CardReader] = (), scanners: Sequence[CodeScanner] = (), camera: Camera | None = None
    ) -> None:
        for reader in readers:
            reader.on_card(self.card)
            reader.on_keys(self._keypad.press)
        for scanner in scanners:
            scanner.on_code(self.code)
        if camera is not None:
            camera.on_code(self.code)
            camera.on_face(self.face)

    def stop(self) -> None:
        """End after the presentation at hand."""
        self._queue.put(None)

    def run(self) -> None:
        while (held := self._queue.get()) is not None:
            try:
                self._present(*held)
            except Exception:
                # A terminal that stops listening locks people out: say what happened and go on.
                log.exception("presentation.failed", method=held[0])

    def _offer(self, method: Method, payload: str, frames: Sequence[bytes]) -> None:
        now = time.monotonic()
        if self._last == (method, payload) and now - self._last_at < _SAME_SECONDS:
            self._last_at = now
            return
        try:
            self._queue.put_nowait((method, payload, frames))
        except queue.Full:
            return
        self._last, self._last_at = (method, payload), now
