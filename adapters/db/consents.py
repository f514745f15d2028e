"""Consents and notices, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.consent import Consent, ConsentStatus, Notice, Purpose
from access.domain.errors import Conflict
from adapters.db.rows_rights import ConsentRow, NoticeRow
from adapters.db.session import Session, marks
from adapters.db.table import Table

_CONSENTS = Table(ConsentRow, Consent)
_NOTICES = Table(NoticeRow, Notice)

_NEWEST = (
    "NOT EXISTS (SELECT 1 FROM consent AS newer WHERE newer.person_id = consent.person_id "
    "AND newer.estate_id = consent.estate_id AND newer.purpose = consent.purpose "
    "AND newer.row_id > consent.row_id)"
)


class SqlConsents:
    """`access.stores.Consents`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def latest(self, person_id: str, estate_id: str, purpose: Purpose) -> Consent | None:
        return _CONSENTS.one(
            self._session,
            "WHERE person_id = ? AND estate_id = ? AND purpose = ? ORDER BY row_id DESC LIMIT 1",
            person_id,
            estate_id,
            purpose.value,
        )

    def of_person(self, person_id: str) -> Sequence[Consent]:
        """Every row, oldest first."""
        return _CONSENTS.all(self._session, "WHERE person_id = ? ORDER BY row_id", person_id)

    def people_with(self, estate_id: str, purpose: Purpose, at: int) -> frozenset[str]:
        live = _CONSENTS.all(
            self._session,
            f"WHERE estate_id = ? AND purpose = ? AND status = ? AND expires_at > ? AND {_NEWEST}",
            estate_id,
            purpose.value,
            ConsentStatus.GIVEN.value,
            at,
        )
        return frozenset(consent.person_id for consent in live)

    def add(self, consent: Consent) -> None:
        _CONSENTS.insert(self._session, consent)

    def lapsed(self, at: int, limit: int) -> Sequence[Consent]:
        """Given consents that have expired and that no newer answer has replaced."""
        return _CONSENTS.all(
            self._session,
            f"WHERE status = ? AND expires_at <= ? AND {_NEWEST} ORDER BY expires_at LIMIT ?",
            ConsentStatus.GIVEN.value,
            at,
            limit,
        )

    def ending(self, purposes: frozenset[Purpose], after: int, until: int) -> Sequence[Consent]:
        """Of those no newer answer has replaced, by person."""
        return _CONSENTS.all(
            self._session,
            f"WHERE status = ? AND expires_at > ? AND expires_at <= ? AND purpose IN ({marks(list(purposes))}) "
            f"AND {_NEWEST} ORDER BY person_id, row_id",
            ConsentStatus.GIVEN.value,
            after,
            until,
            *(purpose.value for purpose in purposes),
        )

    def remind(self, consent_id: str, days: int, at: int) -> bool:
        sql = "INSERT INTO consent_reminder (consent_id, days, sent_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        return self._session.run(sql, consent_id, days, at) == 1

    def forget_reminders(self, at: int) -> int:
        return self._session.run("DELETE FROM consent_reminder WHERE sent_at < ?", at)

    def current_notice(self, estate_id: str) -> Notice | None:
        return _NOTICES.one(self._session, "WHERE estate_id = ? ORDER BY version DESC LIMIT 1", estate_id)

    def notice(self, notice_hash: str) -> Notice | None:
        return _NOTICES.one(self._session, "WHERE hash = ?", notice_hash)

    def publish_notice(self, notice: Notice) -> None:
        """A notice is immutable.

        Raises:
            Conflict: ``notice.published`` when its hash, or its version in the estate, stands already.
        """
        if not _NOTICES.insert_once(self._session, notice):
            raise Conflict("notice.published", "this notice or this version is published already")

    def record_shown(self, person_id: str, notice_hash: str, at: int) -> None:
        """The last time counts: a yes after a no needs a showing after it."""
        self._session.run(
            "INSERT INTO notice_shown (person_id, notice_hash, shown_at) VALUES (?, ?, ?) "
            "ON CONFLICT (person_id, notice_hash) DO UPDATE SET shown_at = excluded.shown_at",
            person_id,
            notice_hash,
            at,
        )

    def shown_at(self, person_id: str, notice_hash: str) -> int | None:
        row = self._session.one(
            "SELECT shown_at FROM notice_shown WHERE person_id = ? AND notice_hash = ?", person_id, notice_hash
        )
        return int(row[0]) if row else None

    def notices_since(self, estate_id: str, version: int) -> Sequence[Notice]:
        return _NOTICES.all(
            self._session, "WHERE estate_id = ? AND version > ? ORDER BY version", estate_id, version
        )

    def get(self, consent_id: str) -> Consent | None:
        return _CONSENTS.one(self._session, "WHERE id = ?", consent_id)
