"""The gates' event streams (server-sent events), in the link process: gunicorn with gevent workers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask, Response, request

from access.domain.gates import Gate
from access.ports import GateFeed
from access.services.house import House
from hardware.server.broker import BrokerBridge, Transport
from hardware.server.callers import bearer_gate
from hardware.server.cutoff import BrokerFiles, CutOff
from hardware.server.errors import answer_errors
from hardware.server.link import TICK_SECONDS, Link
from hardware.server.uplink import Api, Uplink

EXTENSION = "kaimen.link"
BROKER_EXTENSION = "kaimen.broker"
DEAD_AFTER_MS = 30_000
"""A gate that acknowledges nothing sent to it for this long is gone: unplugged, not closed."""
_WATCH_SECONDS = 0.1


class Worker(Protocol):
    """What is used of a gunicorn worker."""

    alive: bool
    wsgi: Any


class Arbiter(Protocol):
    """What is used of gunicorn's master: listeners, each with its socket."""

    LISTENERS: Sequence[Any]


@dataclass(frozen=True, slots=True)
class BrokerSide:
    """What the link process needs of a broker.

    Attributes:
        transport: carries to the gates connected there, and from them.
        api: a client of the api process, for their requests; None where they send those over HTTPS.
        files: where the broker reads who was cut off; None where it is not told.
    """

    transport: Transport
    api: Api | None = None
    files: BrokerFiles | None = None

    def bridge(self, link: Link) -> BrokerBridge:
        uplink = None if self.api is None else Uplink(link.house, self.api, self.transport.answer)
        cut_off = None if self.files is None else CutOff(link.house, self.files)
        return BrokerBridge(link, self.transport, uplink, cut_off)


def create_link_app(
    house: House, feed: GateFeed, tick_seconds: float = TICK_SECONDS, broker: BrokerSide | None = None
) -> Flask:
    """The link process: a route for the streams, one for its health; `broker` for gates connected there."""
    app = Flask("kaimen.link", static_folder=None)
    link = Link(house, feed, tick_seconds)
    app.extensions[EXTENSION] = link
    if broker is not None:
        app.extensions[BROKER_EXTENSION] = broker.bridge(link)
    answer_errors(app)

    @app.get("/gate/v1/stream")
    def stream() -> Response:
        gate = bearer_gate(house, request)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(events(link, gate), mimetype="text/event-stream", headers=headers)

    @app.get("/healthz")
    def health() -> Response:
        return Response("ok\n", mimetype="text/plain")

    return app


def events(link: Link, gate: Gate) -> Iterator[bytes]:
    """What is said to a gate, as server-sent events."""
    for said in link.talk(gate).said():
        yield b"event: %b\ndata: %b\n\n" % (said.name.encode(), said.data)


def notice_dead_gates(server: Arbiter) -> None:
    """For gunicorn's ``when_ready``: a connection to a gate that vanished breaks after 30 s, not after 15 minutes.

    TCP_USER_TIMEOUT (RFC 5482); on Linux a connection has it from its listener. Elsewhere nothing is set.
    """
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    for listener in server.LISTENERS:
        if option is not None and listener.sock.family in (socket.AF_INET, socket.AF_INET6):
            listener.sock.setsockopt(socket.IPPROTO_TCP, option, DEAD_AFTER_MS)


def end_streams_with(worker: Worker) -> None:
    """For gunicorn's ``post_worker_init``: say ``bye`` as soon as the worker is told to stop.

    Without it a reload waits for streams that never end by themselves (39 s became 2.1 s, reference). Where there
    is a broker, this also begins to listen to it: a worker of its own does, never the master before the fork.
    """
    link: Link = worker.wsgi.extensions[EXTENSION]
    bridge: BrokerBridge | None = worker.wsgi.extensions.get(BROKER_EXTENSION)
    if bridge is not None:
        bridge.start()

    def watch() -> None:
        while worker.alive:
            time.sleep(_WATCH_SECONDS)
        (bridge or link).stop()

    threading.Thread(target=watch, name="bye", daemon=True).start()
