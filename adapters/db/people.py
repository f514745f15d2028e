"""People, their accounts, keys and phone sessions, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from access.domain.errors import Conflict
from access.domain.people import App, KeyKind, Person, PhoneSession
from adapters.db.rows_people import PersonRow, PhoneSessionRow
from adapters.db.session import Session
from adapters.db.table import Table

_PEOPLE = Table(PersonRow, Person)
_SESSIONS = Table(PhoneSessionRow, PhoneSession)


class SqlPeople:
    """`access.stores.People`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def person(self, person_id: str) -> Person | None:
        return _PEOPLE.one(self._session, "WHERE id = ?", person_id)

    def save_person(self, person: Person) -> None:
        _PEOPLE.save(self._session, person)

    def person_of_account(self, app: App, account: str) -> str | None:
        row = self._session.one("SELECT person_id FROM account WHERE app = ? AND account = ?", app.value, account)
        return str(row[0]) if row else None

    def accounts_of(self, person_id: str) -> Mapping[App, bytes]:
        rows = self._session.all("SELECT app, openid_sealed FROM account WHERE person_id = ?", person_id)
        return {App(app): bytes(sealed) for app, sealed in rows}

    def link_account(self, person_id: str, app: App, account: str, openid_sealed: bytes) -> None:
        linked = self._session.run(
            "INSERT INTO account (app, account, person_id, openid_sealed) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (app, account) DO UPDATE SET openid_sealed = excluded.openid_sealed "
            "WHERE account.person_id = excluded.person_id",
            app.value,
            account,
            person_id,
            openid_sealed,
        )
        if not linked:
            raise Conflict("account.linked", "the account leads to another person")

    def move_account(self, app: App, account: str, person_id: str, openid_sealed: bytes) -> None:
        self._session.run(
            "INSERT INTO account (app, account, person_id, openid_sealed) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (app, account) DO UPDATE "
            "SET person_id = excluded.person_id, openid_sealed = excluded.openid_sealed",
            app.value,
            account,
            person_id,
            openid_sealed,
        )

    def index_anew(self, person_id: str, app: App, openid_sealed: bytes, account: str) -> None:
        self._session.run(
            "UPDATE account SET account = ? WHERE person_id = ? AND app = ? AND openid_sealed = ?",
            account,
            person_id,
            app.value,
            openid_sealed,
        )

    def unlink_accounts(self, person_id: str) -> None:
        self._session.run("DELETE FROM account WHERE person_id = ?", person_id)

    def key(self, person_id: str, kind: KeyKind, estate_id: str = "") -> bytes | None:
        row = self._session.one(
            "SELECT wrapped FROM person_key WHERE person_id = ? AND kind = ? AND estate_id = ?",
            person_id,
            kind.value,
            estate_id,
        )
        return bytes(row[0]) if row else None

    def save_key(self, person_id: str, kind: KeyKind, wrapped: bytes, estate_id: str = "") -> None:
        self._session.run(
            "INSERT INTO person_key (person_id, kind, estate_id, wrapped) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (person_id, kind, estate_id) DO UPDATE SET wrapped = excluded.wrapped",
            person_id,
            kind.value,
            estate_id,
            wrapped,
        )

    def keys_after(self, kind: KeyKind, person_id: str, limit: int) -> Sequence[tuple[str, bytes]]:
        rows = self._session.all(
            "SELECT person_id, wrapped FROM person_key WHERE kind = ? AND estate_id = '' AND person_id > ? "
            "ORDER BY person_id LIMIT ?",
            kind.value,
            person_id,
            limit,
        )
        return [(person, bytes(wrapped)) for person, wrapped in rows]

    def replace_key(self, person_id: str, kind: KeyKind, before: bytes, wrapped: bytes) -> bool:
        written = self._session.run(
            "UPDATE person_key SET wrapped = ? WHERE person_id = ? AND kind = ? AND estate_id = '' AND wrapped = ?",
            wrapped,
            person_id,
            kind.value,
            before,
        )
        return written == 1

    def destroy_key(self, person_id: str, kind: KeyKind, estate_id: str = "") -> bool:
        destroyed = self._session.run(
            "DELETE FROM person_key WHERE person_id = ? AND kind = ? AND estate_id = ?",
            person_id,
            kind.value,
            estate_id,
        )
        return destroyed == 1

    def session(self, token_hash: str) -> PhoneSession | None:
        return _SESSIONS.one(self._session, "WHERE token_hash = ?", token_hash)

    def save_session(self, session: PhoneSession) -> None:
        _SESSIONS.save(self._session, session)

    def drop_session(self, token_hash: str) -> None:
        self._session.run("DELETE FROM phone_session WHERE token_hash = ?", token_hash)

    def drop_sessions_of(self, person_id: str) -> None:
        self._session.run("DELETE FROM phone_session WHERE person_id = ?", person_id)

    def delete_lapsed(self, at: int) -> int:
        return self._session.run("DELETE FROM phone_session WHERE expires_at <= ?", at) + self._session.run(
            "DELETE FROM bind_token WHERE expires_at <= ?", at
        )

    def save_bind_token(self, token_hash: str, person_id: str, expires_at: int) -> None:
        self._session.run(
            "INSERT INTO bind_token (token_hash, person_id, expires_at) VALUES (?, ?, ?)",
            token_hash,
            person_id,
            expires_at,
        )

    def take_bind_token(self, token_hash: str, at: int) -> str | None:
        rows = self._session.returned(
            "DELETE FROM bind_token WHERE token_hash = ? RETURNING person_id, expires_at", token_hash
        )
        return str(rows[0][0]) if rows and at < rows[0][1] else None
