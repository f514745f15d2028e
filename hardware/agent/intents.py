"""Intents: what was about to be done, written before it is done, so that nothing is done twice."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from access.domain.commands import CommandState
from hardware.agent.journal import Journal

_INTENDED = "intended"
"""Written and not yet done; never told, because it is nobody's answer."""
_KEPT = 5_000
"""Answered intents and firings that are kept for repeats; commands live seconds, so this is days of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell the server of one command. `asked`: how often the command came so far."""

    command_id: str
    epoch: int
    seq: int
    state: CommandState
    at: int
    detail: str
    asked: int


class Intents:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def standing_become_unknown(self) -> int:
        """After a start: intents without an outcome may or may not have fired. Returns how many."""
        with self._journal.transaction() as db:
            changed = db.execute(
                "UPDATE intents SET state = ?, detail = 'restarted', told = 0 WHERE state = ?",
                (CommandState.UNKNOWN, _INTENDED),
            )
            return changed.rowcount

    def intend(self, epoch: int, seq: int, command_id: str, op: str, at: int) -> bool:
        """Write the intent. False when (epoch, seq) was seen before; its stored answer is then sent again."""
        with self._journal.transaction() as db:
            known = db.execute("SELECT 1 FROM intents WHERE epoch = ? AND seq = ?", (epoch, seq)).fetchone()
            if known is not None:
                db.execute(
                    "UPDATE intents SET told = 0, asked = asked + 1 WHERE epoch = ? AND seq = ?", (epoch, seq)
                )
                return False
            db.execute(
                "INSERT INTO intents VALUES (?, ?, ?, ?, ?, '', ?, 1, 1)",
                (epoch, seq, command_id, op, _INTENDED, at),
            )
            return True

    def finish(self, epoch: int, seq: int, state: CommandState, detail: str, at: int) -> None:
        """Write the outcome; it is then told to the server."""
        with self._journal.transaction() as db:
            db.execute(
                "UPDATE intents SET state = ?, detail = ?, at = ?, told = 0 WHERE epoch = ? AND seq = ?",
                (state, detail, at, epoch, seq),
            )

    def untold(self, limit: int = 100) -> list[Answer]:
        """Outcomes that the server has not confirmed, oldest first."""
        with self._journal.reading() as db:
            rows = db.execute(
                "SELECT command_id, epoch, seq, state, at, detail, asked FROM intents"
                " WHERE told = 0 AND state <> ? ORDER BY epoch, seq LIMIT ?",
                (_INTENDED, limit),
            ).fetchall()
        return [Answer(r[0], r[1], r[2], CommandState(r[3]), r[4], r[5], r[6]) for r in rows]

    def told(self, answers: list[Answer]) -> None:
        """The server has these; a command that came again meanwhile is answered again."""
        with self._journal.transaction() as db:
            db.executemany(
                "UPDATE intents SET told = 1 WHERE epoch = ? AND seq = ? AND state = ? AND asked = ?",
                [(a.epoch, a.seq, a.state, a.asked) for a in answers],
            )
            _forget_old(db)


def _forget_old(db: sqlite3.Connection) -> None:
    """Bound both tables. A command so old has expired, so its repeat cannot fire either."""
    db.execute(
        "DELETE FROM intents WHERE told = 1 AND (epoch, seq) IN"
        " (SELECT epoch, seq FROM intents ORDER BY epoch DESC, seq DESC LIMIT -1 OFFSET ?)",
        (_KEPT,),
    )
    db.execute(
        "DELETE FROM firings WHERE event IN (SELECT event FROM firings ORDER BY at DESC LIMIT -1 OFFSET ?)",
        (_KEPT,),
    )
