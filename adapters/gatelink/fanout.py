"""Bounded queues, one a connected gate. A gate that does not keep up is ended; it reconnects and loses nothing."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from access.domain.commands import Command
from access.ports import PolicyGrown, StreamEnded

QUEUE_LENGTH = 256

Item = Command | PolicyGrown | StreamEnded
Notify = Callable[[], None]


class QueuedStream:
    """`GateStream` over a bounded queue, small and quick to wake: thousands wait in one process."""

    __slots__ = ("_ended", "_fanout", "_notify", "_queue", "estate_id", "gate_id")

    def __init__(self, gate_id: str, estate_id: str, fanout: Fanout, notify: Notify | None) -> None:
        self.gate_id = gate_id
        self.estate_id = estate_id
        self._fanout = fanout
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._notify = notify
        self._ended = False

    def put(self, item: Item) -> None:
        """Never waits: a full queue ends the stream."""
        if self._queue.qsize() >= QUEUE_LENGTH:
            self._ended = True
        else:
            self._queue.put(item)
        if self._notify is not None:
            self._notify()

    def end(self) -> None:
        """Wake a reader that waits, and tell it that nothing more comes."""
        self.put(StreamEnded())

    def take(self, timeout_ms: int) -> Item | None:
        if self._ended:
            return StreamEnded()
        with suppress(queue.Empty):
            # Under gevent a time-out of nothing costs as much as the item that it looks for.
            return self._queue.get(timeout=timeout_ms / 1000) if timeout_ms > 0 else self._queue.get_nowait()
        return None

    def close(self) -> None:
        self._fanout.drop(self)


class Fanout:
    """Every open stream of this process, by gate and by estate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: dict[str, list[QueuedStream]] = {}
        self._estates: Counter[str] = Counter()
        self._stopped = False

    def open(self, gate_id: str, estate_id: str, notify: Notify | None = None) -> QueuedStream:
        stream = QueuedStream(gate_id, estate_id, self, notify)
        with self._lock:
            self._streams.setdefault(gate_id, []).append(stream)
            self._estates[estate_id] += 1
            if self._stopped:
                stream.end()
        return stream

    def drop(self, stream: QueuedStream) -> None:
        with self._lock:
            open_now = self._streams.get(stream.gate_id, [])
            left = [other for other in open_now if other is not stream]
            if len(left) < len(open_now):
                self._estates[stream.estate_id] -= 1
            if left:
                self._streams[stream.gate_id] = left
            else:
                self._streams.pop(stream.gate_id, None)

    def send(self, commands: Sequence[Command]) -> None:
        with self._lock:
            reached = [(command, tuple(self._streams.get(command.gate_id, ()))) for command in commands]
        for command, streams in reached:
            for stream in streams:
                stream.put(command)

    def announce(self, versions: dict[str, int]) -> None:
        """Tell every gate of the estates that grew."""
        for stream in self._all() if versions else ():
            if stream.estate_id in versions:
                stream.put(PolicyGrown(versions[stream.estate_id]))

    def estates(self) -> frozenset[str]:
        with self._lock:
            return frozenset(estate_id for estate_id, streams in self._estates.items() if streams > 0)

    def stop(self) -> None:
        self._stopped = True
        for stream in self._all():
            stream.end()

    def _all(self) -> tuple[QueuedStream, ...]:
        with self._lock:
            return tuple(stream for streams in self._streams.values() for stream in streams)
