"""An RS-485 line and every reader on it: one libosdp control panel polls them in turn (IEC 60839-11-5, multi-drop).

Two panels on one line would talk into each other, so all readers of a port share one. A reader that joins later has
the panel made anew, for libosdp wants to know all of them when it begins; that happens while the agent starts.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import osdp
import serial

from hardware.drivers.ports import DriverError
from hardware.drivers.presence import Presence

Event = dict[str, Any]
_HIGHEST = 126
"""Addresses are 0 to 126; 127 is everybody."""


class SerialChannel(osdp.Channel):  # type: ignore[misc]
    """A serial port as libosdp wants it. A port that is gone reads as silence, and is opened again."""

    def __init__(self, port: str, baud: int) -> None:
        super().__init__()
        self._port, self._baud = port, baud
        self._line: serial.Serial | None = None
        self._presence = Presence("osdp_line", port)

    def read(self, max_bytes: int) -> bytes:
        return bytes(self._try(lambda line: line.read(max_bytes), b""))

    def write(self, buf: bytes) -> int:
        return int(self._try(lambda line: line.write(buf), len(buf)))

    def flush(self) -> None:
        self._try(lambda line: line.reset_input_buffer(), None)

    def _try(self, act: Callable[[serial.Serial], Any], otherwise: Any) -> Any:
        try:
            if self._line is None:
                self._line = serial.Serial(self._port, self._baud, timeout=0)
                self._presence.here()
            return act(self._line)
        except (serial.SerialException, OSError, ValueError) as exc:  # ValueError: no such speed
            self._presence.lost(exc)
            self._line = None
            return otherwise


@dataclass(frozen=True, slots=True)
class Member:
    """A reader on the line: its key, and who hears its events and the ends of its commands.

    Both are called from libosdp's thread, under its lock.
    """

    key: bytes
    event: Callable[[Event], None]
    completed: Callable[[Event, int], None]


class OsdpLine:
    def __init__(self, port: str, baud: int) -> None:
        self.baud = baud
        self._channel = SerialChannel(port, baud)
        self._members: dict[int, Member] = {}
        self._lock = threading.RLock()
        self._cp: Any = None

    def join(self, address: int, member: Member) -> None:
        """Take a reader in. Raises DriverError for an address that is none, or another reader's."""
        if not 0 <= address <= _HIGHEST:
            raise DriverError(f"OSDP address {address}: 0 to {_HIGHEST}")
        with self._lock:
            if address in self._members:
                raise DriverError(f"OSDP address {address} is another reader's on this line")
            self.close()
            self._members[address] = member
            self._cp = self._begin()

    def is_secure(self, address: int) -> bool:
        with self._lock:
            return self._cp is not None and bool(self._cp.is_sc_active(address))

    def is_enabled(self, address: int) -> bool:
        with self._lock:
            return self._cp is not None and bool(self._cp.is_pd_enabled(address))

    def submit(self, address: int, command: Event) -> bool:
        """Queue a command. True says only that it stands in the queue."""
        with self._lock:
            return self._cp is not None and bool(self._cp.submit_command(address, command))

    def forget(self, address: int) -> None:
        """Take what was not sent yet out of the queue."""
        with self._lock:
            if self._cp is not None:
                self._cp.flush_commands(address)

    def enable(self, address: int, *, enabled: bool) -> None:
        with self._lock:
            if self._cp is not None:
                (self._cp.enable_pd if enabled else self._cp.disable_pd)(address)

    def close(self) -> None:
        """Stop polling; `join` begins again."""
        with self._lock:
            if self._cp is not None:
                self._cp.teardown()
                self._cp = None

    def _begin(self) -> Any:
        members = list(self._members.items())
        flags = [osdp.LibFlag.EnforceSecure]
        infos = [osdp.PDInfo(address, self._channel, scbk=member.key, flags=flags) for address, member in members]
        panel = osdp.ControlPanel(infos, log_level=osdp.LogLevel.Critical)

        def event(index: int, told: Event) -> int:
            _drop_copies(panel, index)
            members[index][1].event(told)
            return 0

        def completed(address: int, command: Event, status: int) -> None:
            self._members[address].completed(command, status)

        panel.set_event_handler(event)
        panel.set_command_completion_handler(completed)
        _start(panel)
        return panel


def _drop_copies(panel: Any, index: int) -> None:
    """libosdp keeps a copy of every event for who might ask; nobody does, and card numbers must not pile up."""
    with suppress(queue.Empty):
        while True:
            panel.event_queue[index].get_nowait()


def _start(panel: Any) -> None:
    """`ControlPanel.start`, but in a daemon: an agent that ends would wait for libosdp's own thread for ever."""
    panel.event, panel.lock = threading.Event(), threading.Lock()
    ours = (panel.event, panel.lock, panel.ctx)
    panel.thread = threading.Thread(name="osdp", target=panel.refresh, args=ours, daemon=True)
    panel.thread.start()


_lines: dict[str, OsdpLine] = {}


def line_of(port: str, baud: int) -> OsdpLine:
    """The line at a port, made on first use. Raises DriverError when it is in use at another speed."""
    line = _lines.setdefault(port, OsdpLine(port, baud))
    if line.baud != baud:
        raise DriverError(f"{port}: one line has one speed, here {line.baud} baud already")
    return line
