"""Requests of residents about their own data, with due dates (PIPL art. 44 to 50).

The law says "in good time"; fifteen working days is what the Chinese app rules of 2019 (认定方法 六) ask for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from access.domain.errors import Conflict, InvalidInput

DUE_DAYS = 15
"""Working days."""
MAX_WORDS = 500


class RightsKind(StrEnum):
    CORRECTION = "correction"
    DELETION = "deletion"
    EXPLANATION = "explanation"
    """Of a denial, a match, or another decision."""
    OBJECTION = "objection"
    COPY = "copy"
    """For whoever cannot take it by phone."""


class RightsState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """One request.

    Attributes:
        words_sealed: what the person wrote, under their identity key.
        about: id of the entry or decision it is about; empty for none.
        due_at: first instant after the term.
        answer: staff's words to the person; a refusal needs them.
    """

    id: str
    person_id: str
    estate_id: str
    kind: RightsKind
    state: RightsState
    words_sealed: bytes
    about: str
    asked_at: int
    due_at: int
    decided_at: int | None = None
    decided_by: str | None = None
    answer: str = ""

    def is_overdue(self, at: int) -> bool:
        return self.state is RightsState.OPEN and at >= self.due_at

    def decide(self, staff_id: str, done: bool, answer: str, at: int) -> RightsRequest:
        """Raises Conflict ``rights.state`` when decided; InvalidInput ``rights.answer`` without words."""
        if self.state is not RightsState.OPEN:
            raise Conflict("rights.state", "this request was answered already")
        words = answer.strip()
        if not 1 <= len(words) <= MAX_WORDS:
            raise InvalidInput("rights.answer", "answer in 1 to 500 characters", field="answer")
        state = RightsState.DONE if done else RightsState.REFUSED
        return replace(self, state=state, decided_at=at, decided_by=staff_id, answer=words)
