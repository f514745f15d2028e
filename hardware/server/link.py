"""What is said to one connected gate, whatever carries it: the time, the live keys, and its commands.

It begins with the time, the keys and every waiting command; then commands as they are committed, and the time
every 15 s and whenever the policy grows. A revoked gate hears nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
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

    def talk(self, gate: Gate, notify: Callable[[], None] | None = None) -> Talk:
        """Begin to talk to a gate that has just connected; `notify` is called when something came by for it."""
        return Talk(self, gate, notify)

    def stop(self) -> None:
        """End every talk with ``bye``; the process is about to go."""
        self.presence.stop()
        self.feed.stop()


class Talk:
    """One gate, from its connecting to its end.

    Attributes:
        over: nothing more is said.
    """

    __slots__ = ("_gate", "_house", "_keys", "_link", "_sent", "_stream", "_version", "over")

    def __init__(self, link: Link, gate: Gate, notify: Callable[[], None] | None = None) -> None:
        self._link = link
        self._house = link.house
        self._gate = gate
        self._stream: GateStream = link.feed.open(gate.id, gate.estate_id, notify)
        self._keys: SigningKeys | None = None
        self._sent = 0
        self._version = 0
        self.over = False

    def end(self) -> None:
        """Stop saying anything; safe from another thread."""
        self._stream.end()

    def said(self) -> Iterator[Said]:
        """Everything said, until the end: for a reader that waits for this gate alone."""
        try:
            yield from self.opening()
            next_tick = time.monotonic() + self._link.tick_seconds
            while not self.over:
                item = self._stream.take(max(0, int((next_tick - time.monotonic()) * 1000)))
                if item is None:
                    next_tick = time.monotonic() + self._link.tick_seconds
                yield from self.heard(item)
        finally:
            self.close()
            self._link.presence.closed([self._gate.id])

    def opening(self) -> Iterator[Said]:
        """The time, the keys and what waits for the gate."""
        self._link.presence.opened(self._gate.id)
        if is_revoked(self._house, self._gate.id):
            self.over = True
            return
        self._version = policy_version(self._house, self._gate.estate_id)
        self._keys = self._link.known.keys(self._gate.estate_id, self._version)
        yield self._time()
        yield _keys(self._keys)
        for command in waiting_commands(self._house, self._gate):
            if self._is_over(command):
                self.over = True
                return
            yield _command(command, self._keys)
            self._sent = command.seq

    def waiting(self) -> Iterator[Said]:
        """What is said of all that came by meanwhile; does not wait."""
        while not self.over:
            item = self._stream.take(0)
            if item is None:
                return
            yield from self.heard(item)

    def heard(self, item: Command | PolicyGrown | StreamEnded | None) -> Iterator[Said]:
        """What is said when something came by; None is a tick."""
        if isinstance(item, StreamEnded):
            self.over = True
            yield Said("bye", b"{}")
        elif self._keys is None or self._is_over(item):
            self.over = True
        elif isinstance(item, Command):
            if item.seq > self._sent:  # what was waiting was said on connecting
                yield _command(item, self._keys)
        else:
            if isinstance(item, PolicyGrown):
                yield from self._grown(item, self._keys)
            yield self._time()

    def close(self) -> None:
        """Listen no more."""
        self._stream.close()

    def _grown(self, item: PolicyGrown, keys: SigningKeys) -> Iterator[Said]:
        self._version = item.version
        self._keys = self._link.known.keys(self._gate.estate_id, item.version)
        if self._keys.live != keys.live:
            yield _keys(self._keys)

    def _is_over(self, item: Command | PolicyGrown | None) -> bool:
        """Asked when a revocation's own command comes by, and at every tick."""
        if item is None:
            return self._link.known.is_revoked(self._gate.id)
        return isinstance(item, Command) and item.op is Op.SYNC and is_revoked(self._house, self._gate.id)

    def _time(self) -> Said:
        return Said("time", msgspec.json.encode({"now": self._house.clock.now(), "version": self._version}))


def _keys(keys: SigningKeys) -> Said:
    return Said("keys", msgspec.json.encode(certificates(keys)))


def _command(command: Command, keys: SigningKeys) -> Said:
    return Said("command", sealed(command, keys), command.expires_at)
