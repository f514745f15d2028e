"""A network cable that can be pulled: a TCP relay on a loopback port; pulled, its connections are cut for real."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 64 * 1024
_DIAL_SECONDS = 5.0
_PORTS = {"http": 80, "mqtts": 8883}


class Cable:
    """Forwards bytes to one server while plugged in."""

    def __init__(self, target: str) -> None:
        """`target`: an http server or a broker on this machine, such as ``http://127.0.0.1:8000``."""
        parts = urlsplit(target)
        if parts.scheme not in _PORTS or parts.hostname is None:
            raise ValueError("the cable carries plain http, or mqtts, to this machine only")
        self._target = (parts.hostname, parts.port or _PORTS[parts.scheme])
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = urlunsplit((parts.scheme, f"127.0.0.1:{port}", parts.path, "", ""))
        self._plugged = True
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name="cable", daemon=True).start()

    def plugged(self) -> bool:
        return self._plugged

    def unplug(self) -> None:
        """Cut every connection and take no new ones."""
        with self._lock:
            self._plugged = False
            for one in self._open:
                _cut(one)

    def plug_in(self) -> None:
        self._plugged = True

    def close(self) -> None:
        self.unplug()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._plugged:
                _cut(near)
                near.close()
                continue
            threading.Thread(target=self._carry, args=(near,), name="cable", daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near:
            try:
                far = socket.create_connection(self._target, timeout=_DIAL_SECONDS)
            except OSError:
                return
            with far:
                with self._lock:
                    if not self._plugged:
                        return
                    self._open |= {near, far}
                try:
                    _pump(near, far)
                finally:
                    with self._lock:
                        self._open -= {near, far}


def _pump(near: socket.socket, far: socket.socket) -> None:
    """Copy both ways until either end closes."""
    for one in (near, far):
        one.settimeout(None)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with selectors.DefaultSelector() as ready, contextlib.suppress(OSError):
        ready.register(near, selectors.EVENT_READ, (near, far))
        ready.register(far, selectors.EVENT_READ, (far, near))
        while True:
            for key, _ in ready.select():
                source, sink = key.data
                data = source.recv(_CHUNK)
                if not data:
                    return
                sink.sendall(data)


def _cut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
