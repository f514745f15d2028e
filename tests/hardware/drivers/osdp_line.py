"""A libosdp reader (PD) and our panel on the two ends of a pseudo terminal."""

from __future__ import annotations

import os
import queue
import tty

import osdp

from hardware.drivers.osdp.reader import OsdpPanel
from hardware.drivers.ports import CardRead

KEY = bytes(range(16))


class _PtyChannel(osdp.Channel):  # type: ignore[misc]
    """The reader's end of the line."""

    def __init__(self, master: int) -> None:
        super().__init__()
        self._master = master
        self.cut = False
        self.corrupt = 0

    def read(self, max_bytes: int) -> bytes:
        try:
            raw = os.read(self._master, max_bytes)
        except BlockingIOError:
            return b""
        return b"" if self.cut else raw

    def write(self, buf: bytes) -> int:
        raw = bytearray(buf)
        if self.corrupt:
            self.corrupt -= 1
            raw[len(raw) // 2] ^= 0x5A
        if not self.cut:
            os.write(self._master, bytes(raw))
        return len(buf)

    def flush(self) -> None:
        """Nothing is held back."""


class LibosdpReader:
    """A libosdp peripheral device at one end of a line; a panel opens `port`, the other end."""

    def __init__(self, key: bytes = KEY) -> None:
        master, slave = os.openpty()
        for end in (master, slave):
            tty.setraw(end)
        os.set_blocking(master, False)
        self.port = os.ttyname(slave)
        self.channel = _PtyChannel(master)
        self.commands: queue.SimpleQueue[dict[str, int]] = queue.SimpleQueue()
        self.pd = osdp.PeripheralDevice(
            osdp.PDInfo(0, self.channel, scbk=key),
            osdp.PDCapabilities(
                [
                    (osdp.Capability.OutputControl, 1, 1),
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


class OsdpLine(LibosdpReader):
    """The reader with our panel at the other end."""

    def __init__(self) -> None:
        super().__init__()
        self.panel = OsdpPanel(self.port, 0, KEY, 9600)
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
