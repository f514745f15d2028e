"""Gates at a broker, as coroutines: as much of MQTT 5 (OASIS) as they need, each with its own certificate."""

from __future__ import annotations

import asyncio
import json
import secrets
import ssl
import struct
import time
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

_PUBLISH, _SUBACK = 3, 9
_AT_ONCE = 50
_ANSWER_SECONDS = 10.0


@dataclass
class Gates:
    """`Carrier` over a broker on this machine."""

    house: House
    port: int
    folder: Path
    _writers: dict[str, asyncio.StreamWriter] = field(default_factory=dict)
    _seals: dict[str, Seal] = field(default_factory=dict)
    _answers: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _dialling: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def listen(self, crowd: Crowd, ear: Ear) -> None:
        gate = ear.gate.id
        async with self._dialling:  # as jitter spreads them
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=self._context(ear))
        self._writers[gate] = writer
        writer.write(_packet(0x10, b"\0\4MQTT\5\2\0\0\0" + _text(gate)))
        topics = b"".join(_text(f"kaimen/v1/{gate}/{name}") + b"\1" for name in ("down", "answers"))
        writer.write(_packet(0x82, b"\0\1\0" + topics))
        while True:
            kind, body = await _read(reader)
            if kind >> 4 == _SUBACK:
                writer.write(_packet(0x33, _text(f"kaimen/v1/{gate}/state") + b"\0\1\0online"))
            elif kind >> 4 == _PUBLISH:
                topic, payload = self._taken(writer, kind, body)
                if topic.endswith("/down"):
                    name, _, data = payload.removeprefix(b'{"event":"').partition(b'","data":')
                    crowd.hear(ear, name, data.removesuffix(b"}"))
                elif (waiting := self._answers.pop(gate, None)) is not None:
                    waiting.set_result(payload)

    async def lists(self, ear: Ear) -> Any:
        gate = ear.gate.id
        head = Request(
            secrets.token_hex(16), "GET", "/gate/v1/snapshot", asked(ear), {"authorization": f"Bearer {ear.token}"}
        )
        answers, correlation = _text(f"kaimen/v1/{gate}/answers"), bytes.fromhex(head.reference)
        properties = b"\x08" + answers + b"\x09" + struct.pack(">H", 16) + correlation
        sealed = bytes([len(properties)]) + properties + self._seal(ear).close(head, b"")
        waiting = self._answers[gate] = asyncio.get_running_loop().create_future()
        self._writers[gate].write(_packet(0x32, _text(f"kaimen/v1/{gate}/up") + b"\0\2" + sealed))
        raw = await asyncio.wait_for(waiting, _ANSWER_SECONDS)
        _, content = self._seal(ear).open(raw, Answer, MAX_DOWN)
        return json.loads(content)["body"]

    async def refused(self, ear: Ear) -> float:
        """The broker takes its certificate no more."""
        context = self._context(ear)
        hello = _packet(0x10, b"\0\4MQTT\5\2\0\0\0" + _text(f"thief-{ear.gate.id}"))
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=context)
                writer.write(hello)
                await _read(reader)
                writer.close()
            except (OSError, asyncio.IncompleteReadError):
                return time.perf_counter()
            await asyncio.sleep(LOOK_SECONDS)

    def _seal(self, ear: Ear) -> Seal:
        gate = ear.gate
        if gate.id not in self._seals:
            self._seals[gate.id] = Seal(ear.seed, signing_keys(self.house, gate.estate_id).root_key)
        return self._seals[gate.id]

    def _context(self, ear: Ear) -> ssl.SSLContext:
        authority = authority_of(self.house)
        pem, key = self.folder / f"{ear.gate.id}.pem", self.folder / f"{ear.gate.id}.key"
        pem.write_bytes(authority.for_gate(ear.gate, self.house.clock.now()))
        key.write_bytes(private_pem(Ed25519PrivateKey.from_private_bytes(ear.seed)))
        context = ssl.create_default_context(cafile=str(self.folder / "authority.pem"))
        context.load_cert_chain(pem, key)
        return context

    @staticmethod
    def _taken(writer: asyncio.StreamWriter, kind: int, body: bytes) -> tuple[str, bytes]:
        """Topic and payload of a message, acknowledged where its quality of service asks for it."""
        end = 2 + struct.unpack_from(">H", body)[0]
        topic = body[2:end].decode()
        if kind & 0x06:
            writer.write(_packet(0x40, body[end : end + 2]))
            end += 2
        length, size = _varint(body, end)
        return topic, body[end + size + length :]


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    length, shift = 0, 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return kind, await reader.readexactly(length)


def _varint(raw: bytes, at: int) -> tuple[int, int]:
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
