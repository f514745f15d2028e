"""A server that speaks the gate protocol over real HTTP, built from `hardware/wire.py`, for tests of the agent.

It checks what a server must check (device signatures, tokens, the events' chain) and lets a test say what it
decides, hold answers back, push any frame, and cut or silence streams.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec
from nacl.signing import SigningKey

from access.domain.errors import InvalidInput
from access.domain.ids import new_id
from access.domain.reasons import WORDS, Reason
from hardware import wire, wire_edge
from hardware.wire_challenge import ChallengeAnswer, ChallengeRequest
from tests.hardware.agent.books import Books

CODE = "ABCD2345"
Decide = Callable[[wire.Presentation], Reason | None]


class ServerSimulator:
    """Start in a `with` block. `changed` is notified whenever the books change."""

    def __init__(self, decide: Decide = lambda _: None, tls: ssl.SSLContext | None = None) -> None:
        self.books = Books()
        self.books.access_points = [
            wire.AccessPointRow(new_id(), 1, "南门", "South gate", ["qr", "card", "face"], 200),
            wire.AccessPointRow(new_id(), 2, "北门", "North gate", ["qr", "card"], 200),
        ]
        self.decide = decide
        self.movement: ChallengeAnswer | None = None
        self.push_grants = True
        self.answering = threading.Event()
        self.answering.set()
        self.gone = threading.Event()
        self.changed = threading.Condition()
        self._seq = 0
        self._streams: list[Stream] = []
        self._unacked: dict[int, bytes] = {}
        self.certificate: Callable[[], bytes] = bytes
        self._http = _Http(self)
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)

    # -- life --------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> ServerSimulator:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.answering.set()
        self.cut_streams()
        self._http.shutdown()
        self._http.server_close()

    def wait(self, true: Callable[[], bool], timeout: float = 20.0) -> None:
        """Wait until the books say so; fails the test otherwise."""
        with self.changed:
            assert self.changed.wait_for(true, timeout), "the server never saw it"

    def now(self) -> int:
        return int(time.time() * 1000) + self.books.clock_ahead

    # -- down --------------------------------------------------------------------------------------------

    def frame(self, op: str, args: dict[str, object], **changes: object) -> bytes:
        """A signed command with the next seq; `changes` replace fields of its body."""
        self._seq += 1
        fields: dict[str, object] = {
            "v": 1,
            "id": new_id(),
            "gate": self.books.gate_id,
            "epoch": self.books.epoch,
            "seq": self._seq,
            "op": op,
            "ap": self.books.access_points[0].id,
            "args": args,
            "issued": self.now(),
            "expires": self.now() + 8_000,
            "actor": "decision",
        } | changes
        body = wire.convert(fields, wire.CommandBody)
        return wire.seal_command(body, self.books.key_id, self.books.command_seed)

    def push(self, frame: bytes) -> None:
        """Send a frame now, and again on every reconnect until it is acknowledged."""
        seq = msgspec.json.decode(frame)["body"]["seq"]
        with self.changed:
            self._unacked[seq] = frame
        self.send("command", frame)

    def send(self, event: str, data: bytes) -> None:
        """Put an event on every open stream."""
        for stream in list(self._streams):
            stream.put(event, data)

    def send_time(self) -> None:
        self.send("time", self._time())

    def cut_streams(self) -> None:
        for stream in list(self._streams):
            stream.cut()

    def vanish(self) -> None:
        """End the streams and take no requests until `come_back`."""
        self.gone.set()
        self.cut_streams()

    def come_back(self) -> None:
        self.gone.clear()

    def wait_connected(self) -> None:
        self.wait(lambda: bool(self._streams))

    # -- requests ----------------------------------------------------------------------------------------

    def claim(self, body: bytes) -> bytes:
        request = wire.read(body, wire.ClaimRequest)
        key = wire.unpack(request.public_key, wire.KEY_BYTES)
        if request.code != CODE or self.books.claimed:
            raise RefuseError(403, "gate.code")
        if not wire.verifies(key, request.message(), request.signature):
            raise RefuseError(401, "claim.signature")
        if abs(request.time - self.now()) > 60_000:
            raise RefuseError(401, "claim.time")
        books = self.books
        books.device_key, books.claimed = key, True
        return wire.write(
            wire.ClaimAnswer(
                gate_id=books.gate_id,
                estate_id=books.estate_id,
                estate_number=7,
                timezone="Asia/Shanghai",
                epoch=books.epoch,
                root_key=wire.pack(bytes(SigningKey(books.root_seed).verify_key)),
                command_key=wire.certify(books.key_id, books.command_seed, books.root_seed),
                access_points=books.access_points,
            )
        )

    def token(self) -> bytes:
        token = secrets.token_urlsafe(24)
        self.books.tokens.add(token)
        return wire.write(wire.TokenAnswer(token, self.now() + 900_000, self.now()))

    def presentation(self, body: bytes) -> bytes:
        presented = wire.read(body, wire.Presentation, wire.MAX_FACE_BODY)
        self._note(lambda: self.books.presented.append(presented))
        reason = self.decide(presented)
        if reason is None and self.push_grants:
            self.push(self.frame("open", {"event": presented.id, "relay_ms": 200}, ap=presented.access_point_id))
        words = {} if reason is None else {"zh": WORDS[reason].zh, "en": WORDS[reason].en}
        return wire.write(
            wire.PresentationAnswer(presented.id, reason is None, None if reason is None else reason.value, words)
        )

    def challenge(self, body: bytes) -> bytes:
        wire.read(body, ChallengeRequest)
        if self.movement is None:
            raise RefuseError(403, "challenge.off")
        return wire.write(self.movement)

    def acks(self, body: bytes) -> bytes:
        acks = wire.read(body, wire.Acks).acks

        def note() -> None:
            self.books.acks += acks
            for ack in acks:
                self._unacked.pop(ack.seq, None)

        self._note(note)
        return b"{}"

    def upload(self, body: bytes) -> bytes:
        upload = wire.read(body, wire.EventUpload)
        stored = self.books.events.setdefault(upload.epoch, [])
        previous = upload.previous
        for event in upload.events:
            if wire.event_hash(previous, upload.epoch, event) != event.hash:
                raise RefuseError(400, "wire.chain")
            previous = event.hash

        def note() -> None:
            for event in upload.events:
                if event.seq == len(stored) + 1:
                    stored.append(event)

        self._note(note)
        mark = self.books.strange_marks.pop() if self.books.strange_marks else len(stored)
        return wire.write(wire.EventsAnswer(mark))

    def snapshot(self, query: str) -> bytes:
        since = parse_qs(query).get("from", [""])[0]
        self._note(lambda: self.books.snapshot_requests.append(since))
        if since and self.books.delta is not None:
            return self.books.delta
        if self.books.lists is None:
            raise RefuseError(503, "lists.none")
        return self.books.lists

    def receipt(self, body: bytes) -> bytes:
        receipt = wire.read(body, wire.Receipt)
        if not wire.verifies(self.books.device_key, receipt.message(), receipt.signature):
            raise RefuseError(401, "receipt.signature")
        self._note(lambda: self.books.receipts.append(receipt))
        return b"{}"

    def edge_ticket(self, body: bytes) -> bytes:
        """A ticket that is in the books is offered; any other is refused as the service does."""
        shown = wire.read(body, wire_edge.TicketShown).ticket
        if shown not in self.books.offers:
            raise RefuseError(400, "edge.ticket")
        return wire.write(self.books.offers[shown])

    def edge_held(self, body: bytes) -> bytes:
        told = wire.read(body, wire_edge.HeldFaces)
        self._note(lambda: self.books.held.append(told))
        return b"{}"

    def stream(self, handler: BaseHTTPRequestHandler) -> None:
        stream = _Stream(handler)
        self.opened(stream)
        stream.until_cut()
        self.closed(stream)

    def opened(self, stream: Stream) -> None:
        """A gate listens: what each stream begins with."""
        stream.put("time", self._time())
        certificates = [wire.certify(self.books.key_id, self.books.command_seed, self.books.root_seed)]
        stream.put("keys", msgspec.json.encode(certificates))
        for _, frame in sorted(self._unacked.items()):
            stream.put("command", frame)
        self._note(lambda: self._streams.append(stream))

    def closed(self, stream: Stream) -> None:
        self._note(lambda: self._streams.remove(stream))

    def _time(self) -> bytes:
        return msgspec.json.encode({"now": self.now(), "version": 0})

    def _note(self, change: Callable[[], object]) -> None:
        with self.changed:
            change()
            self.changed.notify_all()


class RefuseError(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Stream(Protocol):
    """Whatever carries events to a gate."""

    def put(self, event: str, data: bytes) -> None: ...
    def cut(self) -> None: ...


class _Stream:
    """One open event stream."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._file, self._socket = handler.wfile, handler.connection
        self._gone = threading.Event()
        self._lock = threading.Lock()

    def put(self, event: str, data: bytes) -> None:
        with self._lock:
            try:
                self._file.write(b"event: " + event.encode() + b"\ndata: " + data + b"\n\n")
                self._file.flush()
            except OSError:
                self._gone.set()

    def cut(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._gone.set()

    def until_cut(self) -> None:
        self._gone.wait()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, simulator: ServerSimulator) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.simulator = simulator


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server.simulator.now() / 1000 if timestamp is None else timestamp)

    def parse_request(self) -> bool:
        """Drop the connection while the server is gone."""
        if self.server.simulator.gone.is_set():
            self.close_connection = True
            return False
        return super().parse_request()

    def do_POST(self) -> None:
        simulator = self.server.simulator
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        routes: dict[str, Callable[[], bytes]] = {
            "/gate/v1/claim": lambda: simulator.claim(body),
            "/gate/v1/token": simulator.token,
            "/gate/v1/challenges": lambda: simulator.challenge(body),
            "/gate/v1/presentations": lambda: simulator.presentation(body),
            "/gate/v1/acks": lambda: simulator.acks(body),
            "/gate/v1/events": lambda: simulator.upload(body),
            "/gate/v1/receipts": lambda: simulator.receipt(body),
            "/gate/v1/certificate": simulator.certificate,
            "/gate/v1/edge-tickets": lambda: simulator.edge_ticket(body),
            "/gate/v1/edge-faces": lambda: simulator.edge_held(body),
        }
        self._answer(routes[self.path], body, signed=self.path != "/gate/v1/claim")

    def do_GET(self) -> None:
        simulator = self.server.simulator
        if self.path == "/gate/v1/stream":
            if self._bearer():
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                self.close_connection = True
                simulator.stream(self)
            else:
                self._send(401, b'{"code":"token"}')
            return
        self._answer(lambda: simulator.snapshot(urlsplit(self.path).query), b"", signed=True)

    def _answer(self, act: Callable[[], bytes], body: bytes, signed: bool) -> None:
        path = urlsplit(self.path).path
        if path != "/gate/v1/claim":
            self.server.simulator.answering.wait()
        try:
            if signed:
                self._check(path, body)
            self._send(202 if path == "/gate/v1/presentations" else 200, act())
        except RefuseError as exc:
            self._send(exc.status, msgspec.json.encode({"code": exc.code, "message": exc.code}))
        except InvalidInput as exc:
            self._send(400, msgspec.json.encode({"code": exc.code, "message": exc.message}))

    def _check(self, path: str, body: bytes) -> None:
        books, headers = self.server.simulator.books, self.headers
        at = int(headers["Kaimen-Time"])
        message = wire.request_message(self.command, path, body, at, headers["Kaimen-Nonce"])
        if headers["Kaimen-Gate"] != books.gate_id:
            raise RefuseError(401, "gate")
        if not wire.verifies(books.device_key, message, headers["Kaimen-Signature"]):
            raise RefuseError(401, "signature")
        if abs(at - self.server.simulator.now()) > 60_000:
            raise RefuseError(401, "time")
        if path != "/gate/v1/token" and not self._bearer():
            raise RefuseError(401, "token")

    def _bearer(self) -> bool:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") in self.server.simulator.books.tokens

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True
