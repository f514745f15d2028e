"""OSDP v2 readers with secure channel over RS-485, through libosdp as the control panel (IEC 60839-11-5).

After a corrupted frame or an unplugged line libosdp's secure channel does not come back by itself; disabling and
enabling the reader does it in a third of a second, so a watchdog does that. A command counts only once libosdp
says that the reader took it: `submit_command` answers True though nothing was received.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from pathlib import Path

import osdp
import structlog

from access.domain.errors import InvalidInput
from hardware.drivers.osdp.cards import keys_of, number_of
from hardware.drivers.osdp.line import Event, Member, OsdpLine, line_of
from hardware.drivers.osdp.signals import signals
from hardware.drivers.ports import CardRead, Display, DriverError
from hardware.drivers.presence import Presence

log = structlog.get_logger(__name__)

_KEY_BYTES = 16
_WATCH_SECONDS = 1.0
_PATIENCE = 2
"""Looks at a reader without its secure channel before it is started anew."""
_TURN_SECONDS = 0.05
_SETTLE_SECONDS = 0.3
_TAKEN_SECONDS = 2.0
_TENTH = 100
_OFF, _ON, _TIMED_ON = 1, 2, 5
"""osdp_OUT: permanent off, permanent on (both end a timed state), timed on."""


class OsdpPanel:
    """One reader, among others on its line. Reader and relay of an access point share it (`panel_of`)."""

    def __init__(self, line: OsdpLine, address: int, key: bytes) -> None:
        """Raises DriverError when the line has no room for that address."""
        self.address = address
        self._line = line
        self._finished: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._listeners: list[Callable[[CardRead], None]] = []
        self._key_listeners: list[Callable[[str], None]] = []
        self._stop = threading.Event()
        self._secure = threading.Event()
        self._sending = threading.Lock()
        self._restarted = threading.Event()
        self._presence = Presence("osdp", address)
        line.join(address, Member(key, self._event, self._completed))
        threading.Thread(target=self._watch, name="osdp-watch", daemon=True).start()

    def on_card(self, listener: Callable[[CardRead], None]) -> None:
        self._listeners.append(listener)

    def on_keys(self, listener: Callable[[str], None]) -> None:
        self._key_listeners.append(listener)

    def is_secure(self) -> bool:
        return self._line.is_secure(self.address)

    def wait_secure(self, timeout: float) -> bool:
        """Wait for the secure channel; `timeout` in seconds."""
        return self._secure.wait(timeout)

    def wait_restarted(self, timeout: float) -> bool:
        """Wait until the watchdog has started the reader anew; `timeout` in seconds."""
        return self._restarted.wait(timeout)

    def output(self, code: int, milliseconds: int = 0) -> None:
        """Switch the reader's output 0. Raises DriverError unless the reader took it."""
        command = {
            "command": osdp.Command.Output,
            "output_no": 0,
            "control_code": code,
            "timer_count": max(1, milliseconds // _TENTH) if milliseconds else 0,
        }
        with self._sending:
            while not self._finished.empty():
                self._finished.get_nowait()
            if not self.is_secure() or not self._line.submit(self.address, command):
                raise DriverError(f"OSDP reader {self.address} is not on line")
            try:
                status = self._finished.get(timeout=_TAKEN_SECONDS)
            except queue.Empty as exc:
                self._line.forget(self.address)
                raise DriverError(f"OSDP reader {self.address} did not answer") from exc
        if status != osdp.CompletionStatus.Ok:
            raise DriverError(f"OSDP reader {self.address} refused the output command")

    def signal(self, display: Display) -> None:
        """Tell an outcome by the reader's light and buzzer, where it has them; nobody waits for it."""
        if not self.is_secure():
            return
        for command in signals(display.phase):
            self._line.submit(self.address, command)

    def close(self) -> None:
        self._stop.set()
        self._line.close()

    def _watch(self) -> None:
        missing = 0
        while not self._stop.wait(_WATCH_SECONDS):
            if self.is_secure():
                self._secure.set()
                self._presence.here()
                missing = 0
                continue
            self._secure.clear()
            missing += 1
            if missing >= _PATIENCE:
                self._presence.lost("no secure channel: unplugged, another address, or another key")
                self._restart()
                missing = 0

    def _restart(self) -> None:
        """libosdp carries both out in its own turn: enabling at once would undo the disabling unseen."""
        self._line.enable(self.address, enabled=False)
        while self._line.is_enabled(self.address) and not self._stop.wait(_TURN_SECONDS):
            continue
        self._stop.wait(_SETTLE_SECONDS)
        self._line.enable(self.address, enabled=True)
        self._restarted.set()

    def _event(self, event: Event) -> None:
        """Runs in libosdp's thread, under its lock: take and go."""
        if event["event"] == osdp.Event.KeyPress:
            keys = keys_of(bytes(event["data"]))
            for hear in self._key_listeners:
                hear(keys)
        elif event["event"] == osdp.Event.CardRead:
            try:
                number = number_of(event["format"], event["length"], bytes(event["data"]))
            except InvalidInput as exc:
                log.info("osdp.unreadable", code=exc.code)
                return
            for listener in self._listeners:
                listener(CardRead(number))

    def _completed(self, command: Event, status: int) -> None:
        """Lights and buzzer end as they may: whoever waits, waits for the output."""
        if command["command"] == osdp.Command.Output:
            self._finished.put(status)


_panels: dict[tuple[str, int], OsdpPanel] = {}


def panel_of(port: str, address: int, key_file: str, baud: int) -> OsdpPanel:
    """The panel of a reader, made on first use.

    Raises:
        DriverError: the key file is not a key, or the line cannot take the reader.
    """
    name = (port, address)
    if name not in _panels:
        _panels[name] = OsdpPanel(line_of(port, baud), address, read_key(Path(key_file)))
    return _panels[name]


def read_key(path: Path) -> bytes:
    """The reader's 16-byte key (SCBK), hexadecimal in a file that only its owner may read. Raises DriverError."""
    try:
        if path.stat().st_mode & 0o077:
            raise DriverError(f"{path}: others may read this key: chmod 600 it")
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as exc:
        raise DriverError(f"{path}: not a key of 32 hexadecimal digits") from exc
    if len(key) != _KEY_BYTES:
        raise DriverError(f"{path}: not a key of 32 hexadecimal digits")
    return key


class OsdpReader:
    """Cards, keypad, light and buzzer of a reader; light and buzzer tell what a screen would."""

    def __init__(self, port: str, key_file: str, address: int = 0, baud: int = 9600) -> None:
        self._panel = panel_of(port, address, key_file, baud)

    def on_card(self, listener: Callable[[CardRead], None]) -> None:
        self._panel.on_card(listener)

    def on_keys(self, listener: Callable[[str], None]) -> None:
        self._panel.on_keys(listener)

    def show(self, display: Display) -> None:
        self._panel.signal(display)


class OsdpRelay:
    """The reader's own output as the relay. On an outside wall prefer a relay inside: a reader can be torn off."""

    def __init__(self, port: str, key_file: str, address: int = 0, baud: int = 9600) -> None:
        self._panel = panel_of(port, address, key_file, baud)

    def pulse(self, milliseconds: int) -> None:
        self._panel.output(_TIMED_ON, milliseconds)

    def hold(self) -> None:
        self._panel.output(_ON)

    def release(self) -> None:
        self._panel.output(_OFF)
