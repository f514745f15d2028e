"""Which passes were used at this gate: bounded, on the disk, asked before a pass opens offline."""

from __future__ import annotations

import sqlite3

from access.domain.passes import VerifiedPass
from hardware.agent.journal import Journal

_KEPT = 20_000
"""Uses kept: at one entry every 13 s this is 72 h, the longest that a gate decides by itself."""
_NO_STEP = -1


class PassUses:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def take(self, verified: VerifiedPass, event: str, at: int) -> bool:
        """Count one use. False when the pass has none left here, or this very picture of it was used before."""
        body, step = verified.body, _NO_STEP if verified.step is None else verified.step
        with self._journal.transaction() as db:
            used = db.execute("SELECT step FROM used_passes WHERE pass_id = ?", (body.pass_id,)).fetchall()
            if body.uses and len(used) >= body.uses:
                return False
            if step != _NO_STEP and (step,) in used:
                return False
            _write(db, body.pass_id, step, event, at)
        return True

    def note(self, verified: VerifiedPass, event: str, at: int) -> None:
        """The server let this pass in here: it counts when the network is gone later."""
        step = _NO_STEP if verified.step is None else verified.step
        with self._journal.transaction() as db:
            _write(db, verified.body.pass_id, step, event, at)


def _write(db: sqlite3.Connection, pass_id: str, step: int, event: str, at: int) -> None:
    db.execute("INSERT INTO used_passes VALUES (?, ?, ?, ?)", (pass_id, step, at, event))
    db.execute("DELETE FROM used_passes WHERE rowid <= (SELECT max(rowid) FROM used_passes) - ?", (_KEPT,))
