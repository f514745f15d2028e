"""The link process' connections to the api process, kept open. Small: a thousand gates may ask at once.

The standard library's client takes a quarter of the time that `httpx` takes for one request, and that was the most
of all that the link process does for a gate at a broker.
"""

from __future__ import annotations

import ssl
from collections import deque
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

from access.domain.errors import ExternalSystemError, InvalidInput
from hardware.tunnel import Request

_JSON = {"content-type": "application/json"}
_HEADERS = frozenset({"authorization", "kaimen-gate", "kaimen-time", "kaimen-nonce", "kaimen-signature"})
_MOST_DATE = 40
MOST_REQUESTS = 16
"""Then a connection is ended: a worker of the api that happened to take all of them would do all the work alone."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the api said; `date` is the header of that name."""

    status: int
    date: str
    content: bytes


class ApiClient:
    """Safe for threads: each request has a connection to itself meanwhile. No proxy, no redirects."""

    def __init__(self, url: str, seconds: float) -> None:
        """`url`: of the api process; `seconds`: the longest wait for each step of a request."""
        parts = urlsplit(url)
        self._host, self._port, self._base = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._seconds = seconds
        self._idle: deque[tuple[HTTPConnection, int]] = deque()

    def ask(self, request: Request, body: bytes) -> Answered:
        """Carry a gate's request; again, where a connection kept open had ended meanwhile: all are idempotent.

        Raises:
            ExternalSystemError: ``api.unreachable``.
            InvalidInput: ``wire.header`` for headers that HTTP cannot carry.
        """
        while True:
            connection, served = self._connection()
            try:
                answered = self._asked(connection, request, body)
            except (OSError, HTTPException, ValueError) as exc:
                connection.close()
                if served and isinstance(exc, ConnectionError):
                    continue
                if isinstance(exc, ValueError):
                    raise InvalidInput("wire.header", "HTTP cannot carry these headers", field="headers") from exc
                raise ExternalSystemError("api.unreachable", type(exc).__name__) from exc
            self._keep(connection, served + 1)
            return answered

    def close(self) -> None:
        """Close every connection that no request has."""
        while self._idle:
            self._idle.pop()[0].close()

    def _connection(self) -> tuple[HTTPConnection, int]:
        """A connection, and how many requests it has served."""
        try:
            return self._idle.pop()
        except IndexError:
            pass
        if self._tls is not None:
            return HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._tls), 0
        return HTTPConnection(self._host, self._port, timeout=self._seconds), 0

    def _keep(self, connection: HTTPConnection, served: int) -> None:
        if served < MOST_REQUESTS:
            self._idle.append((connection, served))
        else:
            connection.close()

    def _asked(self, connection: HTTPConnection, request: Request, body: bytes) -> Answered:
        query = f"?{quote(request.query, safe='=&%+')}" if request.query else ""
        headers = _JSON | {name: value for name, value in request.headers.items() if name in _HEADERS}
        connection.request(request.method, self._base + request.path + query, body, headers)
        got = connection.getresponse()
        return Answered(got.status, (got.getheader("date") or "")[:_MOST_DATE], got.read())
