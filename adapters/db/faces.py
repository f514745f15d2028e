"""Enrolments, waiting samples and sealed references, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.enrolment import Enrolment, EnrolmentStatus
from access.domain.renewal import FaceRenewal
from access.ports import SealedReference
from adapters.db.rows_rights import EnrolmentRow, FaceReferenceRow, FaceRenewalRow
from adapters.db.session import Session
from adapters.db.table import Table

_ENROLMENTS = Table(EnrolmentRow, Enrolment)
_REFERENCES = Table(FaceReferenceRow, SealedReference)
_RENEWALS = Table(FaceRenewalRow, FaceRenewal)


class SqlFaces:
    """`access.stores.Faces`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def enrolment(self, enrolment_id: str) -> Enrolment | None:
        return _ENROLMENTS.one(self._session, "WHERE id = ?", enrolment_id)

    def enrolments_of(self, person_id: str, estate_id: str) -> Sequence[Enrolment]:
        return _ENROLMENTS.all(
            self._session, "WHERE person_id = ? AND estate_id = ? ORDER BY created_at, id", person_id, estate_id
        )

    def in_review(self, estate_id: str) -> Sequence[Enrolment]:
        return _ENROLMENTS.all(
            self._session,
            "WHERE estate_id = ? AND status = ? ORDER BY created_at, id",
            estate_id,
            EnrolmentStatus.REVIEW.value,
        )

    def add_enrolment(self, enrolment: Enrolment, samples: Sequence[bytes]) -> None:
        _ENROLMENTS.insert(self._session, enrolment)
        for position, sealed in enumerate(samples):
            self._session.run(
                "INSERT INTO enrolment_sample (enrolment_id, position, sealed) VALUES (?, ?, ?)",
                enrolment.id,
                position,
                sealed,
            )

    def finish_enrolment(self, enrolment: Enrolment) -> bool:
        """Pending or in review is open."""
        written = _ENROLMENTS.update(
            self._session,
            enrolment,
            "id = ? AND status IN (?, ?) AND status <> ?",
            enrolment.id,
            EnrolmentStatus.PENDING.value,
            EnrolmentStatus.REVIEW.value,
            enrolment.status.value,
        )
        if written:
            self._session.run("DELETE FROM enrolment_sample WHERE enrolment_id = ?", enrolment.id)
        return written == 1

    def samples(self, enrolment_id: str) -> Sequence[bytes]:
        rows = self._session.all(
            "SELECT sealed FROM enrolment_sample WHERE enrolment_id = ? ORDER BY position", enrolment_id
        )
        return [bytes(sealed) for (sealed,) in rows]

    def drop_samples_of(self, person_id: str, estate_id: str) -> int:
        return self._session.run(
            "DELETE FROM enrolment_sample WHERE enrolment_id IN "
            "(SELECT id FROM enrolment WHERE person_id = ? AND estate_id = ?)",
            person_id,
            estate_id,
        )

    def add_reference(self, reference: SealedReference) -> None:
        _REFERENCES.insert(self._session, reference)

    def references_of_estate(self, estate_id: str) -> Sequence[SealedReference]:
        return _REFERENCES.all(self._session, "WHERE estate_id = ? ORDER BY person_id, id", estate_id)

    def references_of(self, person_id: str, estate_id: str) -> Sequence[SealedReference]:
        return _REFERENCES.all(
            self._session, "WHERE person_id = ? AND estate_id = ? ORDER BY id", person_id, estate_id
        )

    def drop_references(self, person_id: str, estate_id: str) -> int:
        return self._session.run(
            "DELETE FROM face_reference WHERE person_id = ? AND estate_id = ?", person_id, estate_id
        )

    def prolong_references(self, person_id: str, estate_id: str, until: int) -> int:
        return self._session.run(
            "UPDATE face_reference SET expires_at = ? WHERE person_id = ? AND estate_id = ?",
            until,
            person_id,
            estate_id,
        )

    def count_people(self) -> int:
        row = self._session.one("SELECT COUNT(DISTINCT person_id) FROM face_reference")
        return int(row[0]) if row else 0

    def people_enrolled_by(self, estate_id: str, at: int, but_model: str | None) -> frozenset[str]:
        rows = self._session.all(
            "SELECT DISTINCT person_id FROM face_reference WHERE estate_id = ? AND created_at <= ? AND model <> ?",
            estate_id,
            at,
            but_model or "",
        )
        return frozenset(str(person_id) for (person_id,) in rows)

    def renewals(self, estate_id: str) -> Sequence[FaceRenewal]:
        return _RENEWALS.all(self._session, "WHERE estate_id = ? ORDER BY begun_at, id", estate_id)

    def open_renewals(self) -> Sequence[FaceRenewal]:
        return _RENEWALS.all(self._session, "WHERE ended_at IS NULL ORDER BY begun_at, id")

    def add_renewal(self, renewal: FaceRenewal) -> None:
        _RENEWALS.insert(self._session, renewal)

    def end_renewal(self, renewal_id: str, at: int) -> bool:
        sql = "UPDATE face_renewal SET ended_at = ? WHERE id = ? AND ended_at IS NULL"
        return self._session.run(sql, at, renewal_id) == 1
