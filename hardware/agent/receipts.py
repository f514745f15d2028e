"""Signed receipts of erasure, kept until the server has them (design: withdraw and move out)."""

from __future__ import annotations

from hardware import wire
from hardware.agent.identity import Identity
from hardware.agent.journal import Journal


class Receipts:
    def __init__(self, journal: Journal, identity: Identity) -> None:
        self._journal = journal
        self._identity = identity

    def write(self, holding: str, erased_at: int) -> None:
        """Sign and keep a receipt; written once for a holding, however often it is asked for."""
        signature = wire.sign(self._identity.seed, wire.receipt_message(holding, erased_at))
        with self._journal.transaction() as db:
            db.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?, ?)", (holding, erased_at, signature))

    def first(self) -> wire.Receipt | None:
        with self._journal.reading() as db:
            row = db.execute("SELECT holding, erased_at, signature FROM receipts LIMIT 1").fetchone()
        return None if row is None else wire.Receipt(*row)

    def sent(self, holding: str) -> None:
        with self._journal.transaction() as db:
            db.execute("DELETE FROM receipts WHERE holding = ?", (holding,))
