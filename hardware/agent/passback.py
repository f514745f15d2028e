"""Anti-passback at a gate that is alone: a second passage the same way is reported, and nobody is kept out by it.

A gate sees only who passes its own doors. It does not know who left by another gate, nor that a card and a pass are
one person's; so alone it may only report. Passages that the server granted are noted as well, so that the report is
right when the network goes. They are forgiven as the estate's areas say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import structlog

from access.domain.passback import MAX_FORGIVE_MINUTES, counted_since
from access.domain.times import MINUTE
from hardware import wire
from hardware.agent.journal import Journal

log = structlog.get_logger(__name__)


class Passback:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def passes(self, areas: Sequence[wire.AreaRow], bearer: str, at: int, timezone: str) -> bool:
        """Note a passage. True when it is the second in the same direction of one of the areas.

        Args:
            areas: those that the access point leads into or out of.
            bearer: the holder of the card, or the id of the pass.
        """
        try:
            with self._journal.transaction() as db:
                again = [_note(db, area, bearer, at, timezone) for area in areas]
                db.execute("DELETE FROM inside WHERE at < ?", (at - MAX_FORGIVE_MINUTES * MINUTE,))
        except sqlite3.Error as exc:
            log.error("passback.not_kept", error=str(exc))
            return False
        return any(again)

    def forget(self, bearer: str) -> None:
        """Drop what is noted of a person."""
        with self._journal.transaction() as db:
            db.execute("DELETE FROM inside WHERE holder = ?", (bearer,))

    def reset(self) -> int:
        """Forget every passage, as after a drill. Returns how many."""
        with self._journal.transaction() as db:
            return db.execute("DELETE FROM inside").rowcount


def _note(db: sqlite3.Connection, area: wire.AreaRow, bearer: str, at: int, timezone: str) -> bool:
    row = db.execute("SELECT direction, at FROM inside WHERE holder = ? AND area = ?", (bearer, area.id)).fetchone()
    db.execute("INSERT OR REPLACE INTO inside VALUES (?, ?, ?, ?)", (bearer, area.id, area.leads, at))
    return row is not None and row[0] == area.leads and int(row[1]) >= counted_since(area, at, timezone)
