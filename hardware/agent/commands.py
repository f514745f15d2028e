"""Carrying out commands: verify, write the intent, fire at most once, write the outcome (wire protocol, 5 to 8)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from access.domain.commands import CommandState, Op
from access.domain.errors import InvalidInput
from access.domain.reasons import Reason
from access.domain.times import SECOND
from hardware import wire
from hardware.agent.clock import TrustedClock
from hardware.agent.door import Door, Mode
from hardware.agent.firings import Firings, Taken
from hardware.agent.identity import Identity
from hardware.agent.intents import Intents
from hardware.drivers.ports import DriverError

log = structlog.get_logger(__name__)

Outcome = tuple[CommandState, str]
_MODES = frozenset(Mode)
_REASONS = frozenset(Reason)
_CHORES = frozenset({Op.SYNC, Op.ERASE})
_BEHIND = 5 * SECOND
"""A clock that a command shows to be further behind than this was wrong: how old the command is, nobody knows."""
_NEVER_LATE = frozenset({Op.OPEN, Op.UNLOCK})
"""Held to the latest that it can be, not to the likeliest: a slow network must not make a late firing."""
_TIMELESS = _CHORES | {Op.DENY}
"""Move nothing, so they need no trusted time."""


class Witness(Protocol):
    """Whoever waits for the outcome of a presentation."""

    def fired(self, event: str) -> None: ...
    def refused(self, event: str, reason: Reason) -> None: ...


class Commands:
    """One gate's commands. Called from the link's thread only, so commands run in the order sent."""

    def __init__(
        self,
        identity: Identity,
        keys: Callable[[], Mapping[str, bytes]],
        clock: TrustedClock,
        intents: Intents,
        firings: Firings,
        doors: Mapping[str, Door],
        witness: Witness,
        chores: Callable[[wire.CommandBody], None],
        keep_mode: Callable[[str, Mode], None],
    ) -> None:
        """`chores` takes over what is slow (lists, erasure) and finishes the intent itself; `keep_mode` writes down
        a door's mode, so that it outlives a restart.
        """
        self._identity = identity
        self._keys = keys
        self._clock = clock
        self._intents = intents
        self._firings = firings
        self._doors = doors
        self._witness = witness
        self._chores = chores
        self._keep_mode = keep_mode
        self._refused_before = 0

    def refuse_before(self, instant: int) -> None:
        """The journal was lost: what was issued before may have fired already, so it never fires now."""
        self._refused_before = instant

    def receive(self, frame: bytes) -> bool:
        """Take one frame. False when it is not for this gate to carry out: nothing is written or answered then."""
        try:
            body = wire.open_command(frame, self._keys())
        except InvalidInput as exc:
            log.warning("command.refused", code=exc.code)
            return False
        if body.gate != self._identity.claim.gate_id or body.epoch != self._identity.claim.epoch:
            log.warning("command.not_ours", epoch=body.epoch)
            return False
        try:
            if self._intents.intend(body.epoch, body.seq, body.id, body.op, self._clock.floor()):
                self._carry_out(body)
        except sqlite3.Error as exc:
            # Without a durable intent nothing fires; the server sees no answer and says so.
            log.error("command.journal", error=str(exc))
            return False
        return True

    def _carry_out(self, body: wire.CommandBody) -> None:
        outcome = self._late(body) or self._run(body)
        if outcome is not None:
            state, detail = outcome
            self._intents.finish(body.epoch, body.seq, state, detail, self._clock.floor())
            log.info("command.finished", command=body.id, op=body.op, state=state, detail=detail)

    def _late(self, body: wire.CommandBody) -> Outcome | None:
        """Read after the intent is on the disk: a slow disk must not make a late firing."""
        now, behind = self._clock.now(), self._clock.at_least(body.issued)
        if now is None or behind > _BEHIND:
            return None if body.op in _TIMELESS else (CommandState.FAILED, "no_time")
        now += behind
        if body.op in _NEVER_LATE:
            latest = self._clock.latest()
            if latest is None:
                return CommandState.FAILED, "no_time"
            now = max(now, latest)
        if body.issued < self._refused_before and body.op not in _TIMELESS:
            return CommandState.UNKNOWN, "journal_lost"
        return (CommandState.EXPIRED, "") if now >= body.expires else None

    def _run(self, body: wire.CommandBody) -> Outcome | None:
        if body.op == Op.OPEN:
            return self._open(body)
        if body.op == Op.DENY:
            return self._deny(body)
        if body.op in _CHORES:
            self._chores(body)
            return None
        if body.op in _MODES:
            return self._set_mode(body)
        return CommandState.FAILED, "unknown_op"

    def _open(self, body: wire.CommandBody) -> Outcome:
        door = self._doors.get(body.ap or "")
        event = body.args.get("event")
        relay_ms = body.args.get("relay_ms")
        if door is None or not isinstance(event, str) or not isinstance(relay_ms, int):
            return CommandState.FAILED, "args"
        if door.mode is Mode.LOCKDOWN:
            self._witness.refused(event, Reason.LOCKDOWN)
            return CommandState.DENIED, "lockdown"
        if self._firings.take(event, "command", self._clock.floor()) is not Taken.YES:
            return CommandState.DONE, "already_open"
        try:
            door.fire(event, min(max(relay_ms, 100), 60_000))
        except DriverError as exc:
            log.error("relay.failed", access_point=door.row.number, error=str(exc))
            self._witness.refused(event, Reason.FAULT)
            return CommandState.FAILED, "relay"
        self._witness.fired(event)
        return CommandState.DONE, ""

    def _deny(self, body: wire.CommandBody) -> Outcome:
        event, reason = body.args.get("event"), body.args.get("reason")
        if isinstance(event, str) and isinstance(reason, str):
            self._witness.refused(event, Reason(reason) if reason in _REASONS else Reason.FAULT)
        return CommandState.DONE, ""

    def _set_mode(self, body: wire.CommandBody) -> Outcome:
        chosen = [door for key, door in self._doors.items() if body.ap in (None, key)]
        if not chosen:
            return CommandState.FAILED, "args"
        try:
            for door in chosen:
                self._keep_mode(door.row.id, Mode(body.op))
                door.set_mode(Mode(body.op))
        except DriverError as exc:
            log.error("relay.failed", error=str(exc))
            return CommandState.FAILED, "relay"
        return CommandState.DONE, ""
