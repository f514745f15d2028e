"""The one firing of an event, and the use of a pass that goes with it: one durable transaction before the relay."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from access.domain.passes import VerifiedPass
from hardware.agent.journal import Journal
from hardware.agent.log import Body, EventLog

_USES_KEPT = 20_000
"""At one entry every 13 s this is 72 h, the longest that a gate decides on passes by itself."""
_NO_STEP = -1


class Taken(StrEnum):
    YES = "yes"
    ALREADY = "already"
    """The event fired before, by a command or offline: nothing may fire again."""
    USED = "used"
    """The pass has no use left here, or this very picture of it was used before."""


class Firings:
    def __init__(self, journal: Journal, events: EventLog) -> None:
        self._journal = journal
        self._events = events

    def take(
        self, event: str, source: str, at: int, use: VerifiedPass | None = None, decision: Body | None = None
    ) -> Taken:
        """Take the firing of an event.

        Args:
            source: ``command`` or ``offline``.
            use: a pass that is decided on here; one use of it is counted.
            decision: body of the log's event, where the gate decides alone. It is written with the firing: a
                power cut after the door has opened must not lose who went in.

        Raises:
            sqlite3.OperationalError: not written; nothing may fire.
        """
        with self._journal.transaction() as db:
            if use is not None and _is_used(db, use):
                return Taken.USED
            fresh = db.execute("INSERT OR IGNORE INTO firings VALUES (?, ?, ?)", (event, at, source)).rowcount
            if not fresh:
                return Taken.ALREADY
            if use is not None:
                _write(db, use, event, at)
            if decision is not None:
                self._events.append_in(db, "decision", decision, at)
        return Taken.YES

    def is_used(self, verified: VerifiedPass) -> bool:
        """Whether a pass has no use left at this gate."""
        with self._journal.reading() as db:
            return _is_used(db, verified)

    def note_use(self, verified: VerifiedPass, event: str, at: int) -> None:
        """The server let this pass in here: it counts when the network is gone later."""
        with self._journal.transaction() as db:
            _write(db, verified, event, at)


def _is_used(db: sqlite3.Connection, verified: VerifiedPass) -> bool:
    body = verified.body
    steps = [row[0] for row in db.execute("SELECT step FROM used_passes WHERE pass_id = ?", (body.pass_id,))]
    return bool(body.uses and len(steps) >= body.uses) or (verified.step is not None and verified.step in steps)


def _write(db: sqlite3.Connection, verified: VerifiedPass, event: str, at: int) -> None:
    step = _NO_STEP if verified.step is None else verified.step
    db.execute("INSERT INTO used_passes VALUES (?, ?, ?, ?)", (verified.body.pass_id, step, at, event))
    db.execute("DELETE FROM used_passes WHERE rowid <= (SELECT max(rowid) FROM used_passes) - ?", (_USES_KEPT,))
