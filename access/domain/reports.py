"""The estate's reports to all owners: immutable once published, and who has acknowledged which."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.consent import Channel
from access.domain.residency import Role
from access.domain.times import DAY

ACKNOWLEDGEMENT_KEEP = 3 * 366 * DAY


@dataclass(frozen=True, slots=True)
class Report:
    """A published report.

    Attributes:
        number: counts up within the estate.
        hash: SHA-256 (hexadecimal) over the canonical text of both languages.
        published_by: staff id.
    """

    id: str
    estate_id: str
    number: int
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    hash: str
    published_by: str
    published_at: int


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A resident has read a report and said so: no agreement to anything.

    Attributes:
        role: theirs in the household at that time.
    """

    report_id: str
    person_id: str
    household_id: str
    role: Role
    channel: Channel
    at: int
