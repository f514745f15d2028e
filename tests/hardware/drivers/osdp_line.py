"""libosdp readers (PD) and our panels on the two ends of a pseudo terminal."""

from __future__ import annotations

import os
import queue
import threading
import tty

import osdp

from hardware.drivers.osdp.line import OsdpLine
from hardware.drivers.osdp.reader import OsdpPanel
from hardware.drivers.ports import CardRead

KEY = bytes(range(16))


class _PdChannel(osdp.Channel):  # type: ignore[misc]
    """One reader's place on the line: what the panel says is heard by every reader."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.heard = bytearray()
        self.cut = False
        self.corrupt = 0

    def read(self, max_bytes: int) -> bytes:
        self.wire.pull()
        raw = bytes(self.heard[:max_bytes])
        del self.heard[:max_bytes]
        return b"" if self.cut else raw

    def write(self, buf: bytes) -> int:
        raw = bytearray(buf)
        if self.corrupt:
            self.corrupt -= 1
            raw[len(raw) // 2] ^= 0x5A
        if not self.cut:
            os.write(self.wire.master, bytes(raw))
        return len(buf)

    def flush(self) -> None:
        """Nothing is held back."""


class Wire:
    """A pseudo terminal as an RS-485 line; a panel opens `port`, readers have channels on the other end."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        for end in (self.master, slave):
            tty.setraw(end)
        os.set_blocking(self.master, False)
        self.port = os.ttyname(slave)
        self._lock = threading.Lock()
        self._channels: list[_PdChannel] = []

    def channel(self) -> _PdChannel:
        with self._lock:
            self._channels.append(_PdChannel(self))
            return self._channels[-1]

    def pull(self) -> None:
        with self._lock:
            try:
                raw = os.read(self.master, 4_096)
            except BlockingIOError:
                return
            for channel in self._channels:
                channel.heard += raw


class LibosdpReader:
    """A libosdp peripheral device on a line."""

    def __init__(self, key: bytes = KEY, wire: Wire | None = None, address: int = 0) -> None:
        self.wire = wire or Wire()
        self.port = self.wire.port
        self.address = address
        self.channel = self.wire.channel()
        self.commands: queue.SimpleQueue[dict[str, int]] = queue.SimpleQueue()
        self.pd = osdp.PeripheralDevice(
            osdp.PDInfo(address, self.channel, scbk=key),
            osdp.PDCapabilities(
                [
                    (osdp.Capability.OutputControl, 1, 1),
                    (osdp.Capability.LEDControl, 1, 1),
                    (osdp.Capability.AudibleControl, 1, 1),
                    (osdp.Capability.CardDataFormat, 1, 1),
                    (osdp.Capability.CommunicationSecurity, 1, 1),
                ]
            ),
            log_level=osdp.LogLevel.Critical,
            command_handler=self._command,
        )
        self.pd.start()

    def show_card(self, data: bytes, bits: int, kind: int = osdp.CardFormat.Wiegand) -> None:
        event = {"event": osdp.Event.CardRead, "reader_no": 0, "direction": 0, "format": kind}
        self.pd.submit_event(event | {"length": bits, "data": data})

    def type(self, keys: bytes) -> None:
        self.pd.submit_event({"event": osdp.Event.KeyPress, "reader_no": 0, "data": keys})

    def close(self) -> None:
        self.pd.teardown()

    def _command(self, command: dict[str, int]) -> tuple[int, None]:
        self.commands.put(command)
        return 0, None


class WiredReader(LibosdpReader):
    """The reader with our panel at the other end."""

    def __init__(self, line: OsdpLine | None = None, wire: Wire | None = None, address: int = 0) -> None:
        super().__init__(wire=wire, address=address)
        self.line = line or OsdpLine(self.port, 9600)
        self.panel = OsdpPanel(self.line, address, KEY)
        self.cards: queue.SimpleQueue[CardRead] = queue.SimpleQueue()
        self.keys: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.panel.on_card(self.cards.put)
        self.panel.on_keys(self.keys.put)

    def hold_card(self, data: bytes, bits: int) -> CardRead:
        self.show_card(data, bits)
        return self.cards.get(timeout=10)

    def close(self) -> None:
        self.panel.close()
        super().close()


def wiegand26(facility: int, number: int) -> bytes:
    """A frame of 26 bits as a reader packs it."""
    data = f"{facility:08b}{number:016b}"
    even = str(data[:12].count("1") % 2)
    odd = str(1 - data[12:].count("1") % 2)
    return int((even + data + odd).ljust(32, "0"), 2).to_bytes(4, "big")
