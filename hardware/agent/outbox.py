"""What goes up when it can: acknowledgements at once, then receipts, then the event log in batches."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable

import structlog

from access.domain.errors import ExternalSystemError, InvalidInput
from hardware import wire
from hardware.agent.intents import Answer, Intents
from hardware.agent.log import EventLog
from hardware.agent.receipts import Receipts
from hardware.agent.server import Refused, Server

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 30.0
_FIRST_PAUSE = 0.5
_FORESEEN = (ExternalSystemError, InvalidInput, sqlite3.Error)


class Outbox(threading.Thread):
    """Uploads whatever the journal holds until the server has confirmed it."""

    def __init__(
        self,
        server: Server,
        intents: Intents,
        events: EventLog,
        receipts: Receipts,
        link_up: Callable[[], bool],
        longest_pause: float,
    ) -> None:
        super().__init__(name="outbox", daemon=True)
        self._server = server
        self._intents = intents
        self._events = events
        self._receipts = receipts
        self._link_up = link_up
        self._longest_pause = longest_pause
        self._strange = False
        self._wake = threading.Event()
        self._ended = threading.Event()

    def wake(self) -> None:
        """Something new stands in the journal, or the link is up again."""
        self._wake.set()

    def stop(self) -> None:
        self._ended.set()
        self._wake.set()

    def run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._ended.is_set():
            self._wake.clear()
            if not self._link_up():
                self._wake.wait(_IDLE_SECONDS)
                continue
            try:
                while not self._ended.is_set() and self._step():
                    pass
            except Exception as exc:
                if isinstance(exc, _FORESEEN):
                    log.warning("outbox.later", error=str(exc))
                else:
                    log.exception("outbox.stumbled")
                self._ended.wait(random.uniform(0.0, pause))  # noqa: S311 - spreading load, not a secret
                pause = min(self._longest_pause, pause * 2)
                continue
            pause = _FIRST_PAUSE
            self._wake.wait(_IDLE_SECONDS)

    def _step(self) -> bool:
        """Send one batch of the most urgent kind. False when nothing is left."""
        return self._send_acks() or self._send_receipt() or self._send_events()

    def _send_acks(self) -> bool:
        answers = self._intents.untold(wire.MAX_ACKS)
        if not answers:
            return False
        self._server.post("/gate/v1/acks", wire.write(wire.Acks([_ack(answer) for answer in answers])))
        self._intents.told(answers)
        return True

    def _send_receipt(self) -> bool:
        receipt = self._receipts.first()
        if receipt is None:
            return False
        try:
            self._server.post("/gate/v1/receipts", wire.write(receipt))
        except Refused as exc:
            if not exc.permanent:
                raise
            log.error("receipt.refused", holding=receipt.holding, code=exc.code)
        self._receipts.sent(receipt.holding)
        return True

    def _send_events(self) -> bool:
        """Where the server's record of this epoch is not ours (one of the two was restored from a copy), a new
        epoch carries the same events: nothing is lost, nothing is taken for something else.
        """
        batch = self._events.next_batch()
        if batch is None:
            return False
        try:
            raw = self._server.post("/gate/v1/events", wire.write(batch))
        except Refused as exc:
            if exc.code == "wire.chain":
                self._events.begin_epoch()
            raise
        acked = wire.read(raw, wire.EventsAnswer).acked
        if not batch.events[0].seq - 1 <= acked <= batch.events[-1].seq:
            return self._not_ours()
        self._strange = False
        return self._events.acknowledged(acked) > 0

    def _not_ours(self) -> bool:
        """The server's mark lies outside what was sent: asked once more, in case the answer was garbled."""
        if self._strange:
            self._events.begin_epoch()
        self._strange = not self._strange
        return True


def _ack(answer: Answer) -> wire.Ack:
    return wire.convert(
        {
            "id": answer.command_id,
            "epoch": answer.epoch,
            "seq": answer.seq,
            "state": answer.state.value,
            "at": answer.at,
            "detail": answer.detail,
        },
        wire.Ack,
    )
