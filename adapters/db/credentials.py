"""Cards and faces as credentials, in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from access.domain.credentials import Credential, CredentialKind, CredentialStatus, LiveCard
from access.domain.errors import Conflict
from adapters.db.rows_rights import CredentialRow
from adapters.db.session import Session
from adapters.db.table import Table

_CREDENTIALS = Table(CredentialRow, Credential)


class SqlCredentials:
    """`access.stores.Credentials`. A disabled card may be handed to somebody else."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, credential_id: str) -> Credential | None:
        return _CREDENTIALS.one(self._session, "WHERE id = ?", credential_id)

    def by_token(self, estate_id: str, kind: CredentialKind, token: str) -> Credential | None:
        """The holder's credential; a disabled one only where no other stands."""
        return _CREDENTIALS.one(
            self._session,
            "WHERE estate_id = ? AND kind = ? AND token = ? "
            "ORDER BY CASE WHEN status = ? THEN 1 ELSE 0 END, created_at DESC LIMIT 1",
            estate_id,
            kind.value,
            token,
            CredentialStatus.DISABLED.value,
        )

    def of_person(self, person_id: str, estate_id: str) -> Sequence[Credential]:
        return _CREDENTIALS.all(
            self._session, "WHERE person_id = ? AND estate_id = ? ORDER BY created_at, id", person_id, estate_id
        )

    def of_estate(self, estate_id: str, kind: CredentialKind) -> Sequence[Credential]:
        return _CREDENTIALS.all(
            self._session, "WHERE estate_id = ? AND kind = ? ORDER BY created_at, id", estate_id, kind.value
        )

    def live_cards(self, estate_id: str, at: int) -> Iterable[LiveCard]:
        rows = self._session.all(
            "SELECT token, id, person_id, valid_from, valid_to FROM credential "
            "WHERE estate_id = ? AND kind = ? AND status = ? AND valid_to > ?",
            estate_id,
            CredentialKind.CARD.value,
            CredentialStatus.ACTIVE.value,
            at,
        )
        return map(LiveCard._make, rows)

    def add(self, credential: Credential) -> None:
        if not _CREDENTIALS.insert_once(self._session, credential):
            raise Conflict("card.taken", "the card is another credential's already")

    def set_status(self, credential_id: str, status: CredentialStatus) -> bool:
        """False when it stood so already, is unknown, or its card has another live holder by now."""
        changed = self._session.run(
            "UPDATE credential SET status = ? WHERE id = ? AND status <> ? AND (? = ? OR token = '' "
            "OR NOT EXISTS (SELECT 1 FROM credential AS other WHERE other.id <> credential.id "
            "AND other.estate_id = credential.estate_id AND other.kind = credential.kind "
            "AND other.token = credential.token AND other.status <> ?))",
            status.value,
            credential_id,
            status.value,
            status.value,
            CredentialStatus.DISABLED.value,
            CredentialStatus.DISABLED.value,
        )
        return changed == 1

    def prolong(self, credential_id: str, until: int) -> bool:
        """False when it is unknown."""
        return self._session.run("UPDATE credential SET valid_to = ? WHERE id = ?", until, credential_id) == 1

    def delete(self, credential_id: str) -> None:
        self._session.run("DELETE FROM credential WHERE id = ?", credential_id)
