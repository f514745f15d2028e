"""Gates at a broker: as much of MQTT 5 (OASIS) as they need, each with its own certificate and its own TLS."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access.services.gate_claims import signing_keys
from access.services.house import House
from benchmarks.gates.crowd import LOOK_SECONDS, Crowd, asked
from benchmarks.gates.world import Ear
from hardware.server.authority import authority_of, private_pem
from hardware.tunnel import MAX_DOWN, Answer, Request, Seal

_CONNECT, _CONNACK, _PUBLISH, _SUBACK = 0x10, 2, 3, 9
_AT_ONCE = 16
_ANSWER_SECONDS = 10.0
_READ_BYTES = 256 * 1024


class Line:
    """One gate's connection. A message is here once the whole of it is decrypted."""

    def __init__(self, sock: ssl.SSLSocket, take: Callable[[Line, int, bytes], None]) -> None:
        """`take`: told of each packet."""
        self.sock = sock
        self._take = take
        self._raw = bytearray()

    def readable(self) -> None:
        """Read what is there; nothing is kept waiting for the rest of a packet."""
        try:
            got = self.sock.recv(_READ_BYTES)
            while got and self.sock.pending():
                got += self.sock.recv(_READ_BYTES)
        except ssl.SSLWantReadError:
            return
        except OSError:
            got = b""
        if not got:
            asyncio.get_running_loop().remove_reader(self.sock)
            return
        self._raw += got
        for kind, body in _packets(self._raw):
            self._take(self, kind, body)


@dataclass
class Gates:
    """`Carrier` over a broker on this machine. Its gates share the cores with the service, so they do little."""

    house: House
    port: int
    folder: Path
    _lines: dict[str, Line] = field(default_factory=dict)
    _root_keys: dict[str, bytes] = field(default_factory=dict)
    _seals: dict[str, Seal] = field(default_factory=dict)
    _answers: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _dialling: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_AT_ONCE))  # as jitter does

    async def listen(self, crowd: Crowd, ear: Ear) -> None:
        loop, gate = asyncio.get_running_loop(), ear.gate.id
        self._seals[gate] = Seal(ear.seed, self._root_key(ear.gate.estate_id))  # an agent makes it when it starts
        sock = await loop.run_in_executor(self._dialling, lambda: self._dial(self._context(ear), gate))
        line = self._lines[gate] = Line(sock, lambda line, kind, body: self._heard(crowd, ear, line, kind, body))
        loop.add_reader(sock, line.readable)
        topics = b"".join(_text(f"kaimen/v1/{gate}/{name}") + b"\1" for name in ("down", "answers"))
        sock.send(_packet(0x82, b"\0\1\0" + topics))

    def _dial(self, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
        """Connect under a name. Raises OSError, EOFError when the broker does not take the certificate."""
        plain = socket.create_connection(("127.0.0.1", self.port), _ANSWER_SECONDS)
        sock = context.wrap_socket(plain, server_hostname="127.0.0.1")
        sock.send(_packet(_CONNECT, b"\0\4MQTT\5\2\0\0\0" + _text(name)))
        raw = bytearray()
        while not (found := list(_packets(raw))):
            if not (got := sock.recv(_READ_BYTES)):
                raise EOFError
            raw += got
        if found[0][0] >> 4 != _CONNACK or found[0][1][1]:
            raise EOFError
        sock.setblocking(False)
        return sock

    def _heard(self, crowd: Crowd, ear: Ear, line: Line, kind: int, body: bytes) -> None:
        if kind >> 4 == _SUBACK:
            line.sock.send(_packet(0x33, _text(f"kaimen/v1/{ear.gate.id}/state") + b"\0\1\0online"))
        elif kind >> 4 == _PUBLISH:
            topic, payload = _taken(line, kind, body)
            if topic.endswith(b"/down"):
                name, _, data = payload.removeprefix(b'{"event":"').partition(b'","data":')
                crowd.hear(ear, name, data.removesuffix(b"}"))
            elif (waiting := self._answers.pop(ear.gate.id, None)) is not None and not waiting.done():
                waiting.set_result(payload)

    async def lists(self, ear: Ear) -> Any:
        gate = ear.gate.id
        head = Request(
            secrets.token_hex(16), "GET", "/gate/v1/snapshot", asked(ear), {"authorization": f"Bearer {ear.token}"}
        )
        answers, correlation = _text(f"kaimen/v1/{gate}/answers"), bytes.fromhex(head.reference)
        properties = b"\x08" + answers + b"\x09" + struct.pack(">H", 16) + correlation
        sealed = bytes([len(properties)]) + properties + self._seals[gate].close(head, b"")
        waiting = self._answers[gate] = asyncio.get_running_loop().create_future()
        self._lines[gate].sock.send(_packet(0x32, _text(f"kaimen/v1/{gate}/up") + b"\0\2" + sealed))
        raw = await asyncio.wait_for(waiting, _ANSWER_SECONDS)
        _, content = self._seals[gate].open(raw, Answer, MAX_DOWN)
        return json.loads(content)["body"]

    async def refused(self, ear: Ear) -> float:
        """The broker takes its certificate no more."""
        loop, context, name = asyncio.get_running_loop(), self._context(ear), f"thief-{ear.gate.id}"
        while True:
            try:
                (await loop.run_in_executor(self._dialling, self._dial, context, name)).close()
            except (OSError, EOFError):
                return time.perf_counter()
            await asyncio.sleep(LOOK_SECONDS)

    def _root_key(self, estate_id: str) -> bytes:
        if estate_id not in self._root_keys:
            self._root_keys[estate_id] = signing_keys(self.house, estate_id).root_key
        return self._root_keys[estate_id]

    def _context(self, ear: Ear) -> ssl.SSLContext:
        authority = authority_of(self.house)
        pem, key = self.folder / f"{ear.gate.id}.pem", self.folder / f"{ear.gate.id}.key"
        pem.write_bytes(authority.for_gate(ear.gate, self.house.clock.now()))
        key.write_bytes(private_pem(Ed25519PrivateKey.from_private_bytes(ear.seed)))
        context = ssl.create_default_context(cafile=str(self.folder / "authority.pem"))
        context.load_cert_chain(pem, key)
        return context


def _taken(line: Line, kind: int, body: bytes) -> tuple[bytes, bytes]:
    """Topic and payload of a message, acknowledged where its quality of service asks for it."""
    end = 2 + struct.unpack_from(">H", body)[0]
    topic = body[2:end]
    if kind & 0x06:
        line.sock.send(_packet(0x40, body[end : end + 2]))
        end += 2
    length, size = _varint(body, end)
    return topic, body[end + size + length :]


def _packets(raw: bytearray) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each packet that is whole; they leave `raw`."""
    while len(raw) > 1:
        at = 1
        while at < len(raw) and at < 4 and raw[at] & 0x80:
            at += 1
        if at >= len(raw):
            return
        length, size = _varint(raw, 1)
        end = 1 + size + length
        if len(raw) < end:
            return
        body = bytes(raw[1 + size : end])
        kind = raw[0]
        del raw[:end]
        yield kind, body


def _varint(raw: bytes | bytearray, at: int) -> tuple[int, int]:
    """Value, and how many bytes it takes."""
    value, size = 0, 0
    while True:
        byte = raw[at + size]
        value |= (byte & 0x7F) << (7 * size)
        size += 1
        if byte < 0x80:
            return value, size


def _packet(kind: int, body: bytes) -> bytes:
    length, left = b"", len(body)
    while True:
        left, byte = left >> 7, left & 0x7F
        length += bytes([byte | (0x80 if left else 0)])
        if not left:
            return bytes([kind]) + length + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">H", len(raw)) + raw
