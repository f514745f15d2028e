"""Thousands of connected gates in one process of coroutines: over event streams, or over a broker."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from benchmarks.gates.world import Ear


class Carrier(Protocol):
    """How gates connect and ask."""

    async def listen(self, crowd: Crowd, ear: Ear) -> None: ...
    async def lists(self, ear: Ear) -> Any:
        """The body of the lists' frame that follows what the gate holds."""
        ...

    async def refused(self, ear: Ear) -> float:
        """When a gate that is being revoked could do nothing more, `time.perf_counter`."""
        ...


LOOK_SECONDS = 0.02
AGAIN_SECONDS = 1.0
_ID = b'"id":"'


@dataclass
class Crowd:
    """All gates, and when each command was heard (`time.perf_counter`, by command id)."""

    ears: list[Ear]
    carrier: Carrier
    revoked: str = ""
    ready: int = 0
    heard: dict[str, float] = field(default_factory=dict)
    fetching: set[asyncio.Task[None]] = field(default_factory=set)

    def hear(self, ear: Ear, name: bytes, data: bytes) -> None:
        """One event, as it came. A command is not decoded: its reader here shares the cores with the service."""
        if name == b"command":
            at = data.index(_ID) + len(_ID)
            self.heard[data[at : at + 16].decode()] = time.perf_counter()
        elif name == b"keys":
            self.ready += 1
        elif name == b"time":
            self._hear_time(ear, json.loads(data))

    def _hear_time(self, ear: Ear, data: Any) -> None:
        grown, ear.version = 0 < ear.version < data["version"], data["version"]
        if ear.asks and grown:
            task = asyncio.create_task(self.fetch(ear))
            self.fetching.add(task)
            task.add_done_callback(self.fetching.discard)

    async def fetch(self, ear: Ear) -> None:
        """Again after a moment where the service was too busy to answer, as an agent would."""
        body = None
        while body is None:
            try:
                body = await self.carrier.lists(ear)
            except (OSError, ValueError, KeyError):
                await asyncio.sleep(random.uniform(0.0, AGAIN_SECONDS))
        if self.revoked and _is_without(body, self.revoked):
            ear.learnt = time.perf_counter()


@dataclass
class Streams:
    """Server-sent events down, HTTP up."""

    link: int
    api: int

    async def listen(self, crowd: Crowd, ear: Ear) -> None:
        """One that the service was too busy to let in dials again, as an agent would."""
        while not await self._heard(crowd, ear):
            await asyncio.sleep(random.uniform(0.0, AGAIN_SECONDS))
        ear.ended = time.perf_counter()

    async def _heard(self, crowd: Crowd, ear: Ear) -> bool:
        """One stream to its end; whether anything was said."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.link)
        writer.write(_get("/gate/v1/stream", ear.token))
        name = b""
        while line := await reader.readline():
            if line.startswith(b"event: "):
                name = line[7:].strip()
            elif line.startswith(b"data: "):
                crowd.hear(ear, name, line[6:])
        writer.close()
        return bool(name)

    async def refused(self, ear: Ear) -> float:
        """Its stream has ended; its token and its signature were refused from the commit on."""
        while ear.ended is None:
            await asyncio.sleep(LOOK_SECONDS)
        return ear.ended

    async def lists(self, ear: Ear) -> Any:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.api)
        writer.write(_get(f"/gate/v1/snapshot?{asked(ear)}", ear.token, close=True))
        body = json.loads((await reader.read()).partition(b"\r\n\r\n")[2])["body"]
        writer.close()
        return body


def asked(ear: Ear) -> str:
    """The query of a gate that holds the lists of one version ago."""
    return f"from={ear.version - 1}&issued={int(time.time() * 1_000)}"


def _is_without(body: Any, card: str) -> bool:
    """Whether a gate that takes this delta, or this snapshot, no longer holds a card."""
    if body["kind"] == "snapshot":
        return card not in body["lists"]["cards"]
    return any(card in change["dels"] for change in body["lists"])


def _get(path: str, token: str, close: bool = False) -> bytes:
    end = "Connection: close\r\n" if close else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{end}\r\n".encode()
