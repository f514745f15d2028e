"""Soft anti-passback while offline: the second way in without a way out is reported, and nobody is kept out by it.

A gate alone does not know who left by another one, so offline it may only report. What it notes is forgiven after
a while and can be reset.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import structlog

from access.domain.times import MINUTE
from hardware.agent.journal import Journal

log = structlog.get_logger(__name__)

IN, OUT = "in", "out"
_AREA = "estate"


class Passback:
    def __init__(self, journal: Journal, directions: Mapping[int, str], minutes: float) -> None:
        """Which way each access point (by number) leads, and after how many minutes a passage is forgiven."""
        self._journal = journal
        self._directions = directions
        self._forgiven_after = int(minutes * MINUTE)

    def passes(self, number: int, bearer: str, at: int) -> bool:
        """Note a passage through access point `number`. True when it is the second in the same direction.

        Args:
            bearer: the holder of the card, or the id of the pass.
        """
        direction = self._directions.get(number)
        if direction is None:
            return False
        try:
            with self._journal.transaction() as db:
                row = db.execute(
                    "SELECT direction, at FROM inside WHERE holder = ? AND area = ?", (bearer, _AREA)
                ).fetchone()
                db.execute("INSERT OR REPLACE INTO inside VALUES (?, ?, ?, ?)", (bearer, _AREA, direction, at))
                db.execute("DELETE FROM inside WHERE at < ?", (at - self._forgiven_after,))
        except sqlite3.Error as exc:
            log.error("passback.not_kept", error=str(exc))
            return False
        return row is not None and row[0] == direction and at - int(row[1]) < self._forgiven_after

    def forget(self, bearer: str) -> None:
        """Drop what is noted of a person."""
        with self._journal.transaction() as db:
            db.execute("DELETE FROM inside WHERE holder = ?", (bearer,))

    def reset(self) -> int:
        """Forget every passage, as after a drill. Returns how many."""
        with self._journal.transaction() as db:
            return db.execute("DELETE FROM inside").rowcount
