"""Issued passes and their use, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.visits import IssuedPass
from adapters.db.rows_gates import IssuedPassRow
from adapters.db.session import Session
from adapters.db.table import Table

_PASSES = Table(IssuedPassRow, IssuedPass)


class SqlPasses:
    """`access.stores.Passes`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, pass_id: str) -> IssuedPass | None:
        return _PASSES.one(self._session, "WHERE id = ?", pass_id)

    def add(self, issued: IssuedPass) -> None:
        _PASSES.insert(self._session, issued)

    def by_link(self, link_hash: str) -> IssuedPass | None:
        """None for the empty hash, which every resident's pass has."""
        return _PASSES.one(self._session, "WHERE link_hash = ?", link_hash) if link_hash else None

    def of_person(self, person_id: str, estate_id: str, live_at: int | None = None) -> Sequence[IssuedPass]:
        """Newest first; live is neither revoked nor ended nor used up (it may not have begun)."""
        if live_at is None:
            return _PASSES.all(
                self._session,
                "WHERE person_id = ? AND estate_id = ? ORDER BY created_at DESC, id",
                person_id,
                estate_id,
            )
        return _PASSES.all(
            self._session,
            "WHERE person_id = ? AND estate_id = ? AND valid_to > ? AND revoked_at IS NULL "
            "AND (uses_allowed = 0 OR uses_taken < uses_allowed) ORDER BY created_at DESC, id",
            person_id,
            estate_id,
            live_at,
        )

    def revoke(self, pass_id: str, at: int) -> bool:
        revoked = self._session.run(
            "UPDATE issued_pass SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, pass_id
        )
        return revoked == 1

    def revoke_all(self, person_id: str, estate_id: str, at: int) -> int:
        """Those that had not ended by themselves."""
        return self._session.run(
            "UPDATE issued_pass SET revoked_at = ? "
            "WHERE person_id = ? AND estate_id = ? AND valid_to > ? AND revoked_at IS NULL",
            at,
            person_id,
            estate_id,
            at,
        )

    def redeem(self, pass_id: str, at: int) -> bool:
        """Both databases check the condition again under the row's (SQLite: the file's) write lock."""
        taken = self._session.run(
            "UPDATE issued_pass SET uses_taken = uses_taken + 1 "
            "WHERE id = ? AND revoked_at IS NULL AND valid_from <= ? AND valid_to > ? "
            "AND (uses_allowed = 0 OR uses_taken < uses_allowed)",
            pass_id,
            at,
            at,
        )
        return taken == 1

    def take_step(self, pass_id: str, step: int, access_point_id: str, at: int) -> bool:
        taken = self._session.run(
            "INSERT INTO pass_step (pass_id, step, access_point_id, taken_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            pass_id,
            step,
            access_point_id,
            at,
        )
        return taken == 1

    def revoked_since(self, estate_id: str, at: int) -> Sequence[IssuedPass]:
        return _PASSES.all(
            self._session,
            "WHERE estate_id = ? AND revoked_at >= ? ORDER BY revoked_at, id",
            estate_id,
            at,
        )

    def delete_ended_before(self, at: int) -> int:
        """The number of passes; their steps go with them."""
        self._session.run(
            "DELETE FROM pass_step WHERE pass_id IN (SELECT id FROM issued_pass WHERE valid_to < ?)", at
        )
        return self._session.run("DELETE FROM issued_pass WHERE valid_to < ?", at)
