"""Assessments, disclosures, rights requests, audit heads and platform keys, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.assessment import Assessment, Filing, Mark
from access.domain.audit import Head
from access.domain.disclosure import Approval, Case, CaseState
from access.domain.rights import RightsRequest, RightsState
from adapters.db.rows_privacy import (
    ApprovalRow,
    AssessmentRow,
    AuditHeadRow,
    CaseRow,
    FilingRow,
    RightsRequestRow,
)
from adapters.db.session import Session
from adapters.db.table import Table

_ASSESSMENTS = Table(AssessmentRow, Assessment)
_FILINGS = Table(FilingRow, Filing)
_CASES = Table(CaseRow, Case)
_APPROVALS = Table(ApprovalRow, Approval)
_REQUESTS = Table(RightsRequestRow, RightsRequest)
_HEADS = Table(AuditHeadRow, Head)


class SqlAssessments:
    """`access.stores_privacy.Assessments`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def file(self, assessment: Assessment, attachment: bytes) -> None:
        _ASSESSMENTS.insert(self._session, assessment, attachment=attachment)

    def newest(self, estate_id: str) -> Assessment | None:
        return _ASSESSMENTS.one(
            self._session, "WHERE estate_id = ? ORDER BY filed_at DESC, id DESC LIMIT 1", estate_id
        )

    def of_estate(self, estate_id: str) -> Sequence[Assessment]:
        return _ASSESSMENTS.all(self._session, "WHERE estate_id = ? ORDER BY filed_at DESC, id DESC", estate_id)

    def attachment(self, assessment_id: str) -> bytes | None:
        row = self._session.one("SELECT attachment FROM impact_assessment WHERE id = ?", assessment_id)
        return bytes(row[0]) if row else None

    def mark(self, assessment_id: str, mark: Mark, at: int) -> bool:
        written = self._session.run(
            "UPDATE impact_assessment SET mark = ?, marked_at = ? WHERE id = ? AND mark IS NULL",
            mark.value,
            at,
            assessment_id,
        )
        return written == 1

    def delete_before(self, at: int) -> int:
        return self._session.run(
            "DELETE FROM impact_assessment WHERE filed_at < ? AND EXISTS "
            "(SELECT 1 FROM impact_assessment AS newer WHERE newer.estate_id = impact_assessment.estate_id "
            "AND newer.filed_at > impact_assessment.filed_at)",
            at,
        )

    def filings(self) -> Sequence[Filing]:
        return _FILINGS.all(self._session, "ORDER BY threshold")

    def reach(self, filing: Filing) -> bool:
        return _FILINGS.insert_once(self._session, filing)

    def filed(self, threshold: int, at: int) -> bool:
        sql = "UPDATE face_filing SET filed_at = ? WHERE threshold = ? AND filed_at IS NULL"
        return self._session.run(sql, at, threshold) == 1


class SqlDisclosures:
    """`access.stores_privacy.Disclosures`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def open(self, case: Case, scan: bytes) -> None:
        _CASES.insert(self._session, case, scan=scan)

    def get(self, case_id: str) -> Case | None:
        return _CASES.one(self._session, "WHERE id = ?", case_id)

    def scan(self, case_id: str) -> bytes | None:
        row = self._session.one("SELECT scan FROM disclosure_case WHERE id = ?", case_id)
        return bytes(row[0]) if row else None

    def of_estate(self, estate_id: str) -> Sequence[Case]:
        return _CASES.all(self._session, "WHERE estate_id = ? ORDER BY opened_at DESC, id", estate_id)

    def update(self, case: Case, expected: CaseState) -> bool:
        return _CASES.update(self._session, case, "id = ? AND state = ?", case.id, expected.value) == 1

    def approve(self, approval: Approval) -> bool:
        return _APPROVALS.insert_once(self._session, approval)

    def approvals(self, case_id: str) -> Sequence[Approval]:
        return _APPROVALS.all(self._session, "WHERE case_id = ? ORDER BY at, staff_id", case_id)

    def to_tell(self, at: int) -> Sequence[Case]:
        return _CASES.all(
            self._session,
            "WHERE state = ? AND tell_at <= ? AND told_at IS NULL ORDER BY tell_at, id",
            CaseState.EXPORTED.value,
            at,
        )

    def told(self, case_id: str, at: int) -> bool:
        sql = "UPDATE disclosure_case SET told_at = ? WHERE id = ? AND told_at IS NULL"
        return self._session.run(sql, at, case_id) == 1

    def delete_before(self, at: int) -> int:
        self._session.run(
            "DELETE FROM disclosure_approval WHERE case_id IN (SELECT id FROM disclosure_case WHERE opened_at < ?)",
            at,
        )
        return self._session.run("DELETE FROM disclosure_case WHERE opened_at < ?", at)


class SqlRights:
    """`access.stores_privacy.Rights`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, request: RightsRequest) -> None:
        _REQUESTS.insert(self._session, request)

    def get(self, request_id: str) -> RightsRequest | None:
        return _REQUESTS.one(self._session, "WHERE id = ?", request_id)

    def of_person(self, person_id: str) -> Sequence[RightsRequest]:
        return _REQUESTS.all(self._session, "WHERE person_id = ? ORDER BY asked_at DESC, id", person_id)

    def open(self, estate_id: str | None = None) -> Sequence[RightsRequest]:
        state = RightsState.OPEN.value
        if estate_id is None:
            return _REQUESTS.all(self._session, "WHERE state = ? ORDER BY due_at, id", state)
        return _REQUESTS.all(
            self._session, "WHERE estate_id = ? AND state = ? ORDER BY due_at, id", estate_id, state
        )

    def update(self, request: RightsRequest, expected: RightsState) -> bool:
        return _REQUESTS.update(self._session, request, "id = ? AND state = ?", request.id, expected.value) == 1

    def delete_before(self, at: int) -> int:
        return self._session.run("DELETE FROM rights_request WHERE decided_at < ?", at)


class SqlPlatform:
    """`access.stores_privacy.Platform`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def secret(self, name: str) -> bytes | None:
        row = self._session.one("SELECT secret FROM platform_key WHERE name = ?", name)
        return bytes(row[0]) if row else None

    def save_secret(self, name: str, wrapped: bytes) -> None:
        self._session.run(
            "INSERT INTO platform_key (name, secret) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET secret = excluded.secret",
            name,
            wrapped,
        )

    def first_secret(self, name: str, wrapped: bytes) -> bytes:
        self._session.run(
            "INSERT INTO platform_key (name, secret) VALUES (?, ?) ON CONFLICT DO NOTHING", name, wrapped
        )
        return self.secret(name) or wrapped

    def head(self, day: str) -> Head | None:
        return _HEADS.one(self._session, "WHERE day = ?", day)

    def heads(self) -> Sequence[Head]:
        return _HEADS.all(self._session, "ORDER BY day")

    def add_head(self, head: Head) -> bool:
        return _HEADS.insert_once(self._session, head)
