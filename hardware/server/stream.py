"""The gates' event streams (server-sent events), in the link process: gunicorn with gevent workers.

A stream begins with the time, the live keys and every waiting command; then commands as they are committed,
and the time every 15 s and whenever the policy grows.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

import msgspec
from flask import Flask, Response, request

from access.domain.commands import Command, Op
from access.domain.gates import Gate
from access.ports import GateFeed, GateStream, PolicyGrown, StreamEnded
from access.services.gate_claims import SigningKeys, signing_keys
from access.services.gate_presence import is_revoked, policy_version, waiting_commands
from access.services.house import House
from hardware.server.callers import bearer_gate
from hardware.server.errors import answer_errors
from hardware.server.frames import certificates, sealed
from hardware.server.presence import Presence

TICK_SECONDS = 15.0
EXTENSION = "kaimen.link"
_WATCH_SECONDS = 0.1

_log = logging.getLogger(__name__)


class Worker(Protocol):
    """What is used of a gunicorn worker."""

    alive: bool
    wsgi: Any


class Link:
    """The streams of one process.

    Attributes:
        tick_seconds: how often the time is sent.
    """

    def __init__(self, house: House, feed: GateFeed, tick_seconds: float = TICK_SECONDS) -> None:
        self.house = house
        self.feed = feed
        self.presence = Presence(house)
        self.tick_seconds = tick_seconds

    def events(self, gate: Gate) -> Iterator[bytes]:
        """One gate's stream, from its opening to its end."""
        stream = self.feed.open(gate.id, gate.estate_id)
        try:
            self.presence.opened(gate.id)
            yield from self._opening(gate, stream)
        finally:
            stream.close()
            self.presence.closed(gate.id)

    def stop(self) -> None:
        """End every stream with ``bye``; the process is about to go."""
        self.presence.stop()
        self.feed.stop()

    def _opening(self, gate: Gate, stream: GateStream) -> Iterator[bytes]:
        keys = signing_keys(self.house, gate.estate_id)
        yield self._time(policy_version(self.house, gate.estate_id))
        yield _event("keys", msgspec.json.encode(certificates(keys)))
        if is_revoked(self.house, gate.id):
            return
        sent = 0
        for command in waiting_commands(self.house, gate):
            yield _event("command", sealed(command, keys))
            sent = command.seq
        yield from self._running(gate, stream, keys, sent)

    def _running(self, gate: Gate, stream: GateStream, keys: SigningKeys, sent: int) -> Iterator[bytes]:
        version = policy_version(self.house, gate.estate_id)
        next_tick = time.monotonic() + self.tick_seconds
        while True:
            item = stream.take(max(0, int((next_tick - time.monotonic()) * 1000)))
            if isinstance(item, StreamEnded):
                yield _event("bye", b"{}")
                return
            if isinstance(item, Command):
                if item.op is Op.SYNC and is_revoked(self.house, gate.id):
                    return
                if item.seq > sent:  # what was waiting was sent on connecting
                    yield _event("command", sealed(item, keys))
                continue
            if isinstance(item, PolicyGrown):
                version = item.version
                fresh = signing_keys(self.house, gate.estate_id)
                if fresh.live != keys.live:
                    keys = fresh
                    yield _event("keys", msgspec.json.encode(certificates(keys)))
            if item is None and is_revoked(self.house, gate.id):
                return
            next_tick = time.monotonic() + self.tick_seconds
            yield self._time(version)

    def _time(self, version: int) -> bytes:
        return _event("time", msgspec.json.encode({"now": self.house.clock.now(), "version": version}))


def create_link_app(house: House, feed: GateFeed, tick_seconds: float = TICK_SECONDS) -> Flask:
    """The link process: one route for the streams, one for its health."""
    app = Flask("kaimen.link", static_folder=None)
    link = Link(house, feed, tick_seconds)
    app.extensions[EXTENSION] = link
    answer_errors(app)

    @app.get("/gate/v1/stream")
    def stream() -> Response:
        gate = bearer_gate(house, request)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Response(link.events(gate), mimetype="text/event-stream", headers=headers)

    @app.get("/healthz")
    def health() -> Response:
        return Response("ok\n", mimetype="text/plain")

    return app


def end_streams_with(worker: Worker) -> None:
    """For gunicorn's ``post_worker_init``: say ``bye`` as soon as the worker is told to stop.

    Without it a reload waits for streams that never end by themselves (39 s became 2.1 s, reference).
    """
    link: Link = worker.wsgi.extensions[EXTENSION]

    def watch() -> None:
        while worker.alive:
            time.sleep(_WATCH_SECONDS)
        link.stop()

    threading.Thread(target=watch, name="bye", daemon=True).start()


def _event(name: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)
