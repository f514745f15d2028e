"""A small official-account service for the stand-in to post to, built on the product's own gateway."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from access.domain.errors import InvalidInput
from bot.gateway import GatewaySettings, Inbound, Reply, read, render_reply

Answer = Callable[[Inbound], "Reply | bytes | None"]


@dataclass
class Service:
    """What the service got, and how it answers.

    Attributes:
        answer: given the message; bytes go out as they are.
        status: HTTP status of every answer.
        silent: while set, no answer is sent.
        inbound, queries, refusals: what came, in order.
    """

    settings: GatewaySettings
    answer: Answer = lambda _inbound: None
    status: int = 200
    silent: threading.Event | None = None
    inbound: list[Inbound] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    url: str = ""

    def handle(self, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        now = int(time.time())
        self.queries.append(query)
        try:
            inbound = read(self.settings, query, body, now)
        except InvalidInput as exc:
            self.refusals.append(exc.code)
            return 400, b""
        self.inbound.append(inbound)
        if self.silent is not None:
            self.silent.wait(10)
        reply = self.answer(inbound)
        if not isinstance(reply, bytes):
            reply = render_reply(self.settings, inbound, reply, now)
        return self.status, reply


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """Serve until the block ends; sets `service.url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, reply = service.handle(query, body)
            # After a long silence the other side has gone.
            with suppress(ConnectionError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        service.url = f"http://127.0.0.1:{server.server_address[1]}/bot"
        yield service
        if service.silent is not None:
            service.silent.set()
        server.shutdown()
