"""The store of the estate's reports, as a Protocol; the others are in `access.stores`, with the same manners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from access.domain.reports import Acknowledgement, Report


class Reports(Protocol):
    def publish(self, report: Report) -> None:
        """Raises Conflict ``report.published`` when its number in the estate stands already."""
        ...

    def get(self, report_id: str) -> Report | None: ...
    def of_estate(self, estate_id: str) -> Sequence[Report]:
        """Newest first."""
        ...

    def acknowledge(self, acknowledgement: Acknowledgement) -> bool:
        """False when the person acknowledged it before."""
        ...

    def acknowledged_by(self, person_id: str) -> frozenset[str]:
        """Ids of reports."""
        ...

    def of_person(self, person_id: str) -> Sequence[Acknowledgement]:
        """Newest first."""
        ...

    def acknowledgements(self, report_id: str) -> Sequence[Acknowledgement]:
        """Oldest first."""
        ...

    def delete_before(self, at: int) -> int:
        """Drop acknowledgements given before; the reports stay."""
        ...
