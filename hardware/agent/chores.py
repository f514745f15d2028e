"""Slow work outside the link's thread: fetching the lists, erasing a person, the regular check for news."""

from __future__ import annotations

import queue
import random
import sqlite3
import threading
from collections.abc import Callable

import structlog

from access.domain.commands import CommandState, Op
from access.domain.erasure import Scope
from access.domain.errors import Conflict, ExternalSystemError, InvalidInput
from hardware import wire
from hardware.agent.clock import TrustedClock
from hardware.agent.edge_desk import EdgeDesk
from hardware.agent.intents import Intents
from hardware.agent.receipts import Receipts
from hardware.agent.syncing import Syncer

log = structlog.get_logger(__name__)
_REGULAR_SECONDS = 600.0
SAID_SECONDS = (5.0, 30.0)
"""After newer lists came into force: staff see by then that they have arrived."""


class Chores(threading.Thread):
    def __init__(
        self,
        syncer: Syncer,
        intents: Intents,
        receipts: Receipts,
        clock: TrustedClock,
        link_up: Callable[[], bool],
        done: Callable[[], None],
        renew: Callable[[], None],
        edge: EdgeDesk,
    ) -> None:
        """`done` is called when an answer or receipt stands in the journal, `renew` at every regular check."""
        super().__init__(name="chores", daemon=True)
        self._syncer = syncer
        self._intents = intents
        self._receipts = receipts
        self._clock = clock
        self._link_up = link_up
        self._done = done
        self._renew = renew
        self._edge = edge
        self._pause = _REGULAR_SECONDS
        self._queue: queue.SimpleQueue[wire.CommandBody | None] = queue.SimpleQueue()
        self._ended = threading.Event()

    def take(self, body: wire.CommandBody) -> None:
        """A command that asks for slow work."""
        self._queue.put(body)

    def check(self) -> None:
        """Look for news of the lists."""
        self._queue.put(None)

    def stop(self) -> None:
        self._ended.set()
        self._queue.put(None)

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                body = self._queue.get(timeout=self._pause)
            except queue.Empty:
                body = None
            if self._ended.is_set():
                return
            try:
                self._do(body)
            except (ExternalSystemError, InvalidInput, Conflict, sqlite3.Error) as exc:
                log.warning("chore.failed", error=str(exc))
                self._failed(body, exc)
            except Exception as exc:
                # Without this thread no revocation comes any more: say what happened and go on.
                log.exception("chore.stumbled")
                self._failed(body, exc)

    def _do(self, body: wire.CommandBody | None) -> None:
        if body is None:
            self._edge.upkeep(online=self._link_up())
            if self._link_up():
                self._sync()
                self._renew()
        elif body.op == Op.SYNC:
            self._sync()
            self._finish(body, CommandState.DONE, "")
        else:
            self._erase(body)

    def _sync(self) -> None:
        """The service learns what a gate holds from its next question: asked soon, though not by all at once."""
        newer = self._syncer.sync()
        self._pause = random.uniform(*SAID_SECONDS) if newer else _REGULAR_SECONDS  # noqa: S311 - spreading load

    def _erase(self, body: wire.CommandBody) -> None:
        """The receipt is written only after the rows are gone.

        A withdrawn face leaves the person's card as it is. A face named alone is one that nobody may have here:
        it is known by its name only, so no receipt goes with it.
        """
        face = body.args.get("face")
        if isinstance(face, str):
            self._edge.forget_face(face)
            self._finish(body, CommandState.DONE, "")
            self._edge.upkeep(online=self._link_up())
            return
        holding, person = body.args.get("holding"), body.args.get("person")
        if not isinstance(holding, str) or not isinstance(person, str):
            self._finish(body, CommandState.FAILED, "args")
            return
        self._edge.forget_person(person)
        if body.args.get("scope") != Scope.FACE:
            self._syncer.forget(person)
        self._receipts.write(holding, self._clock.floor())
        self._finish(body, CommandState.DONE, "")

    def _failed(self, body: wire.CommandBody | None, error: Exception) -> None:
        if body is not None:
            self._finish(body, CommandState.FAILED, type(error).__name__)

    def _finish(self, body: wire.CommandBody, state: CommandState, detail: str) -> None:
        try:
            self._intents.finish(body.epoch, body.seq, state, detail, self._clock.floor())
        except sqlite3.Error as exc:
            log.error("chore.journal", error=str(exc))
        self._done()
