"""What is said to one connected gate, whatever carries it: the time, the live keys, and its commands.

It begins with the time, the keys and every waiting command; then commands as they are committed, and the time
every 15 s and whenever the policy grows. A revoked gate hears nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from access.domain.commands import Command, Op
from access.domain.gates import Gate
from access.ports import GateFeed, GateStream, PolicyGrown, StreamEnded
from access.services.gate_claims import SigningKeys
from access.services.gate_presence import is_revoked, policy_version, waiting_commands
from access.services.house import House
from hardware.server.frames import certificates, sealed
from hardware.server.known import Known
from hardware.server.presence import Presence

TICK_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Said:
    """One event for a gate.

    Attributes:
        name: ``time``, ``keys``, ``command`` or ``bye``.
        data: JSON.
        expires_at: of a command, instant; None for what does not expire.
    """

    name: str
    data: bytes
    expires_at: int | None = None


class Link:
    """The talks of one process.

    Attributes:
        tick_seconds: how often the time is said.
    """

    def __init__(self, house: House, feed: GateFeed, tick_seconds: float = TICK_SECONDS) -> None:
        self.house = house
        self.feed = feed
        self.presence = Presence(house)
        self.known = Known(house)
        self.tick_seconds = tick_seconds

    def talk(self, gate: Gate) -> Talk:
        """Begin to talk to a gate that has just connected."""
        return Talk(self, gate)

    def stop(self) -> None:
        """End every talk with ``bye``; the process is about to go."""
        self.presence.stop()
        self.feed.stop()


class Talk:
    """One gate, from its connecting to its end."""

    __slots__ = ("_gate", "_house", "_link", "_stream")

    def __init__(self, link: Link, gate: Gate) -> None:
        self._link = link
        self._house = link.house
        self._gate = gate
        self._stream: GateStream = link.feed.open(gate.id, gate.estate_id)

    def end(self) -> None:
        """Stop saying anything; safe from another thread."""
        self._stream.end()

    def said(self) -> Iterator[Said]:
        """Everything said, until the end."""
        try:
            self._link.presence.opened(self._gate.id)
            if not is_revoked(self._house, self._gate.id):
                yield from self._opening()
        finally:
            self._stream.close()
            self._link.presence.closed(self._gate.id)

    def _opening(self) -> Iterator[Said]:
        version = policy_version(self._house, self._gate.estate_id)
        keys = self._link.known.keys(self._gate.estate_id, version)
        yield self._time(version)
        yield _keys(keys)
        sent = 0
        for command in waiting_commands(self._house, self._gate):
            if command.op is Op.SYNC and is_revoked(self._house, self._gate.id):
                return
            yield _command(command, keys)
            sent = command.seq
        yield from self._running(keys, sent, version)

    def _running(self, keys: SigningKeys, sent: int, version: int) -> Iterator[Said]:
        next_tick = time.monotonic() + self._link.tick_seconds
        while True:
            item = self._stream.take(max(0, int((next_tick - time.monotonic()) * 1000)))
            if isinstance(item, StreamEnded):
                yield Said("bye", b"{}")
                return
            if self._is_over(item):
                return
            if isinstance(item, Command):
                if item.seq > sent:  # what was waiting was said on connecting
                    yield _command(item, keys)
                continue
            if isinstance(item, PolicyGrown):
                version = item.version
                fresh = self._link.known.keys(self._gate.estate_id, version)
                if fresh.live != keys.live:
                    keys = fresh
                    yield _keys(keys)
            next_tick = time.monotonic() + self._link.tick_seconds
            yield self._time(version)

    def _is_over(self, item: Command | PolicyGrown | None) -> bool:
        """Asked when a revocation's own command comes by, and at every tick."""
        if item is None:
            return self._link.known.is_revoked(self._gate.id)
        return isinstance(item, Command) and item.op is Op.SYNC and is_revoked(self._house, self._gate.id)

    def _time(self, version: int) -> Said:
        return Said("time", msgspec.json.encode({"now": self._house.clock.now(), "version": version}))


def _keys(keys: SigningKeys) -> Said:
    return Said("keys", msgspec.json.encode(certificates(keys)))


def _command(command: Command, keys: SigningKeys) -> Said:
    return Said("command", sealed(command, keys), command.expires_at)
