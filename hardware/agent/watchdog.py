"""Words to the service manager (sd_notify(3)): ready, alive, stopping. Nothing happens where there is none."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def tell(words: str) -> None:
    """Send one datagram to the socket that systemd names; an agent that nobody listens to goes on."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
        manager.connect(address)
        manager.send(words.encode("ascii"))
