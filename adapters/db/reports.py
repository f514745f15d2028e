"""The estate's reports and who acknowledged them, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.errors import Conflict
from access.domain.reports import Acknowledgement, Report
from adapters.db.rows_reports import AcknowledgementRow, ReportRow
from adapters.db.session import Session
from adapters.db.table import Table

_REPORTS = Table(ReportRow, Report)
_ACKNOWLEDGEMENTS = Table(AcknowledgementRow, Acknowledgement)


class SqlReports:
    """`access.stores_reports.Reports`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def publish(self, report: Report) -> None:
        if not _REPORTS.insert_once(self._session, report):
            raise Conflict("report.published", "a report of this number stands already")

    def get(self, report_id: str) -> Report | None:
        return _REPORTS.one(self._session, "WHERE id = ?", report_id)

    def of_estate(self, estate_id: str) -> Sequence[Report]:
        return _REPORTS.all(self._session, "WHERE estate_id = ? ORDER BY number DESC", estate_id)

    def acknowledge(self, acknowledgement: Acknowledgement) -> bool:
        return _ACKNOWLEDGEMENTS.insert_once(self._session, acknowledgement)

    def acknowledged_by(self, person_id: str) -> frozenset[str]:
        return frozenset(one.report_id for one in self.of_person(person_id))

    def of_person(self, person_id: str) -> Sequence[Acknowledgement]:
        return _ACKNOWLEDGEMENTS.all(self._session, "WHERE person_id = ? ORDER BY at DESC, report_id", person_id)

    def acknowledgements(self, report_id: str) -> Sequence[Acknowledgement]:
        return _ACKNOWLEDGEMENTS.all(self._session, "WHERE report_id = ? ORDER BY at, person_id", report_id)

    def delete_before(self, at: int) -> int:
        return self._session.run("DELETE FROM report_acknowledgement WHERE at < ?", at)
