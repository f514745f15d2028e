"""Requests by an authority: one case at a time, for a named person or a named door and time. Nothing standing.

Face images and references are never among the fields; there is no field for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from access.domain.errors import InvalidInput
from access.domain.times import DAY, HOUR

LONGEST_WINDOW = DAY
"""A door is asked about for at most a day."""
LONGEST_PERSON_WINDOW = 31 * DAY
EXPORT_LIFE = 72 * HOUR
CASE_LIFE = 14 * DAY
APPROVERS = 2
LONGEST_SILENCE = 366 * DAY
"""A law may forbid telling the resident for a time; nobody here may choose for ever."""
_WILDCARD = re.compile(r"[*%?]|^\s*(all|any|every|everyone|everybody|全部|所有|任何|全体)", re.IGNORECASE)


class Field(StrEnum):
    """What may be asked for. A closed list; a case names those it needs."""

    ENTRIES = "entries"
    """Instant, door, method and outcome of entries."""
    NAME = "name"
    HOUSEHOLD = "household"


class CaseState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPORTED = "exported"


@dataclass(frozen=True, slots=True)
class Case:
    """One request.

    Attributes:
        agency: who asks, as on the paper.
        document: number of the paper.
        scan_hash: SHA-256 (hexadecimal) of its scan, which stands sealed beside it.
        article: the legal article that the paper names.
        person_id: the named person; None where a door is named.
        access_point_id: the named door; None where a person is named.
        since, until: the window, instants, end exclusive.
        opened_by, exported_by: staff ids.
        export_hash: SHA-256 of what was handed out.
        tell_at: when the residents are told; the day of the export unless the law forbids it.
        told_at: when they were.
    """

    id: str
    estate_id: str
    agency: str
    document: str
    scan_hash: str
    article: str
    person_id: str | None
    access_point_id: str | None
    since: int
    until: int
    fields: frozenset[Field]
    state: CaseState
    opened_by: str
    opened_at: int
    tell_at: int
    exported_by: str | None = None
    exported_at: int | None = None
    export_hash: str | None = None
    told_at: int | None = None

    def is_under_way(self, at: int) -> bool:
        """Somebody still has to approve or export it."""
        return self.state in (CaseState.OPEN, CaseState.APPROVED) and at < self.opened_at + CASE_LIFE

    def __post_init__(self) -> None:
        if (self.person_id is None) == (self.access_point_id is None):
            raise InvalidInput("disclosure.target", "name one person, or one door", field="target")
        longest = LONGEST_PERSON_WINDOW if self.person_id else LONGEST_WINDOW
        if not 0 < self.until - self.since <= longest:
            raise InvalidInput(
                "disclosure.window", "name a window: a day for a door, 31 for a person", field="since"
            )
        if self.until > self.opened_at:
            raise InvalidInput("disclosure.future", "only what has happened: nothing stands open", field="until")
        if not self.fields:
            raise InvalidInput("disclosure.fields", "name the fields that are needed", field="fields")


@dataclass(frozen=True, slots=True)
class Approval:
    """One approver's word."""

    case_id: str
    staff_id: str
    given: bool
    at: int


def plain_words(text: str, field: str, longest: int) -> str:
    """Words of the paper, trimmed.

    Raises:
        InvalidInput: ``disclosure.words`` when empty or too long, ``disclosure.wildcard``.
    """
    words = text.strip()
    if not 1 <= len(words) <= longest:
        raise InvalidInput("disclosure.words", f"1 to {longest} characters", field=field)
    if _WILDCARD.search(words):
        raise InvalidInput("disclosure.wildcard", "one case, one person or door: no wildcards", field=field)
    return words
