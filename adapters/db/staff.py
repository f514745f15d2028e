"""Staff accounts and their browser sessions, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.staff import Staff, StaffSession
from adapters.db.rows_house import StaffRow, StaffSessionRow
from adapters.db.session import Session
from adapters.db.table import Table

_STAFF = Table(StaffRow, Staff, keep=frozenset({"totp_step"}))
_FAIL = (
    "UPDATE staff SET locked_until = CASE WHEN failures + 1 >= ? THEN ? ELSE locked_until END, "
    "failures = CASE WHEN failures + 1 >= ? THEN 0 ELSE failures + 1 END "
    "WHERE id = ? AND locked_until <= ? RETURNING locked_until"
)
_SESSIONS = Table(StaffSessionRow, StaffSession)


class SqlStaff:
    """`access.stores.StaffAccounts`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, staff_id: str) -> Staff | None:
        return _STAFF.one(self._session, "WHERE id = ?", staff_id)

    def by_name(self, name: str) -> Staff | None:
        return _STAFF.one(self._session, "WHERE name = ?", name)

    def of_estate(self, estate_id: str) -> Sequence[Staff]:
        return _STAFF.all(self._session, "WHERE estate_id = ? ORDER BY name", estate_id)

    def save(self, staff: Staff) -> None:
        """The accepted time step only moves by `take_totp_step`: an account read before must not bring it back."""
        _STAFF.save(self._session, staff)

    def take_totp_step(self, staff_id: str, step: int, at: int) -> bool:
        taken = self._session.run(
            "UPDATE staff SET totp_step = ?, failures = 0, locked_until = 0 "
            "WHERE id = ? AND totp_step < ? AND locked_until <= ?",
            step,
            staff_id,
            step,
            at,
        )
        return taken == 1

    def record_failure(self, staff_id: str, most: int, until: int, at: int) -> bool:
        locked = self._session.returned(_FAIL, most, until, most, staff_id, at)
        return bool(locked) and int(locked[0][0]) > at

    def session(self, token_hash: str) -> StaffSession | None:
        return _SESSIONS.one(self._session, "WHERE token_hash = ?", token_hash)

    def save_session(self, session: StaffSession) -> None:
        _SESSIONS.save(self._session, session)

    def drop_session(self, token_hash: str) -> None:
        self._session.run("DELETE FROM staff_session WHERE token_hash = ?", token_hash)

    def delete_lapsed(self, at: int) -> int:
        return self._session.run("DELETE FROM staff_session WHERE expires_at <= ?", at)

    def drop_sessions_of(self, staff_id: str) -> None:
        self._session.run("DELETE FROM staff_session WHERE staff_id = ?", staff_id)
