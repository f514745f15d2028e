"""The impact assessment that stands before face: on file, current, kept three years (law L7), and the count (L10).

What it must say: Measures art. 9 and PIPL art. 56.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.times import DAY

ASSESSMENT_KEEP = 3 * 366 * DAY
LONGEST_REVIEW = 366 * DAY
"""An assessment is looked at again after a year at the latest."""
WARN_AT = 80_000
FILE_AT = 100_000
"""Distinct people with a stored face from which the processor files with the administration."""
FILING_DAYS = 30
"""Working days for it."""


class Mark(StrEnum):
    """Why an assessment has to be made anew."""

    PURPOSE = "purpose"
    """Purpose or manner of the processing changed."""
    INCIDENT = "incident"
    """Face data leaked, were altered or lost, or could have been."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment of an estate; the newest counts.

    Attributes:
        purpose: what face is for, and why it is lawful, legitimate and necessary.
        effects: what it does to people's rights, and what could go wrong.
        measures: what protects them, and whether that answers to the risk.
        officer: who answers for it, by office, not by name.
        attachment_name: of the document as filed.
        attachment_hash: SHA-256 (hexadecimal) of it.
        filed_by: staff id, or ``cli``.
        review_by: instant at which it stops being current.
        marked_at: when a mark fell on it; from then on it is not current.
    """

    id: str
    estate_id: str
    purpose: str
    effects: str
    measures: str
    officer: str
    attachment_name: str
    attachment_hash: str
    filed_by: str
    filed_at: int
    review_by: int
    mark: Mark | None = None
    marked_at: int | None = None

    def is_current(self, at: int) -> bool:
        return self.mark is None and at < self.review_by


@dataclass(frozen=True, slots=True)
class Filing:
    """A threshold that the count of faces has reached.

    Attributes:
        threshold: 80,000 or 100,000 people.
        people: the count on that day.
        due_at: end of the filing term; None for the warning.
        filed_at: when the operator said it was filed.
    """

    threshold: int
    people: int
    reached_at: int
    due_at: int | None
    filed_at: int | None = None
