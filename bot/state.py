"""Where a conversation stands, and how that is written down.

What a person has told before anything was handed in is a `Draft`; it is stored sealed. The rest holds ids only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from access.domain.residency import ROLES_WITH_END, Role


class Step(StrEnum):
    """The question that is open."""

    START = "start"
    """No estate is known, or nothing has begun."""
    HOUSEHOLD = "household"
    ROLE = "role"
    OF_AGE = "of_age"
    """Whether a family member is fourteen or older."""
    LAST_DAY = "last_day"
    NAME = "name"
    SUMMARY = "summary"
    NOTICE = "notice"
    """The notice and the consent that the service needs."""
    ENTRY = "entry"
    """How to enter: QR pass, card, or also face."""
    AGE = "age"
    FACE_USE = "face_use"
    FACE_SERVER = "face_server"
    SELFIE = "selfie"
    BIRTH = "birth"
    """Year and month of birth of somebody under fourteen."""
    HOME = "home"
    """Registered; commands."""
    OPEN = "open"
    """Which door to open."""
    WITHDRAW = "withdraw"
    """Whether the face is really to be withdrawn."""
    ANEW = "anew"
    """A question that is due again."""


REGISTERING = (Step.HOUSEHOLD, Step.ROLE, Step.OF_AGE, Step.LAST_DAY, Step.NAME, Step.SUMMARY, Step.NOTICE)
"""Steps in which nothing has been handed in yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers so far.

    Attributes:
        household: the label, as the person sees it.
        of_age: a family member has said to be fourteen or older.
        last_day: of a tenant's or helper's stay, inclusive.
    """

    household_id: str = ""
    household: str = ""
    role: Role | None = None
    of_age: bool = False
    last_day: date | None = None
    name: str = field(default="", repr=False)

    def next_step(self) -> Step:
        """The first question without an answer, or the summary."""
        if not self.household_id:
            return Step.HOUSEHOLD
        if self.role is None:
            return Step.ROLE
        if self.role is Role.FAMILY and not self.of_age:
            return Step.OF_AGE
        if self.role in ROLES_WITH_END and self.last_day is None:
            return Step.LAST_DAY
        return Step.SUMMARY if self.name else Step.NAME


EMPTY_DRAFT = Draft()


@dataclass(frozen=True, slots=True)
class State:
    """One conversation.

    Attributes:
        building_id: whose QR code was scanned, for a bare room number; may be empty.
        notice_hash: the notice that the open consent question was asked with.
        following: whether the person follows the account, so that messages may be sent.
        since: WeChat's time of the message that led here (Unix seconds); what was written before it cannot be
            an answer to the question that is open now.
        asking: purpose of the question that is due again; empty outside `Step.ANEW`.
        told: keys of what was brought up already, joined by commas.
    """

    step: Step = Step.START
    estate_id: str = ""
    building_id: str = ""
    draft: Draft = EMPTY_DRAFT
    notice_hash: str = ""
    following: bool = True
    since: int = 0
    asking: str = ""
    told: str = ""


def to_open(state: State) -> dict[str, str]:
    """The part that may stand in the clear."""
    return {
        "estate": state.estate_id,
        "building": state.building_id,
        "notice": state.notice_hash,
        "since": str(state.since),
        "asking": state.asking,
        "told": state.told,
    }


def to_private(draft: Draft) -> dict[str, str]:
    """The part that is sealed; empty for an empty draft."""
    fields = {
        "household_id": draft.household_id,
        "household": draft.household,
        "role": draft.role or "",
        "of_age": "yes" if draft.of_age else "",
        "last_day": draft.last_day.isoformat() if draft.last_day else "",
        "name": draft.name,
    }
    return {name: value for name, value in fields.items() if value}


def from_kept(step: str, fields: Mapping[str, str], private: Mapping[str, str], following: bool) -> State:
    """The state that `to_open` and `to_private` wrote; a step of an older release begins anew."""
    known = step in Step.__members__.values()
    role, last_day = private.get("role"), private.get("last_day")
    return State(
        step=Step(step) if known else Step.START,
        estate_id=fields.get("estate", ""),
        building_id=fields.get("building", ""),
        draft=Draft(
            household_id=private.get("household_id", ""),
            household=private.get("household", ""),
            role=Role(role) if role else None,
            of_age=private.get("of_age") == "yes",
            last_day=date.fromisoformat(last_day) if last_day else None,
            name=private.get("name", ""),
        ),
        notice_hash=fields.get("notice", ""),
        following=following,
        since=int(fields.get("since", "0")),
        asking=fields.get("asking", ""),
        told=fields.get("told", ""),
    )
