"""What one message leads to: the next state, what is said, and what must be carried out first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from access.domain.consent import Purpose
from access.domain.residency import Role
from bot.state import State


@dataclass(frozen=True, slots=True)
class Say:
    """A text by its name, with its values."""

    name: str
    values: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def say(name: str, **values: str) -> Say:
    """A text of templates/messages; a test holds every call to the placeholders that the text has."""
    return Say(name, tuple(values.items()))


@dataclass(frozen=True, slots=True)
class Register:
    """Make the person known, record the notice and the consent, and ask for the household."""

    estate_id: str
    household_id: str
    role: Role
    last_day: date | None
    name: str = field(repr=False)
    notice_hash: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Record the answer to one face consent."""

    estate_id: str
    purpose: Purpose
    given: bool
    notice_hash: str


@dataclass(frozen=True, slots=True)
class FetchSelfie:
    """Queue the picture for the face work."""

    estate_id: str
    media_id: str


@dataclass(frozen=True, slots=True)
class WithdrawFace:
    """Withdraw both face consents and begin the erasure."""

    estate_id: str


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Open an access point from afar.

    Attributes:
        asked_at: when the person asked, by WeChat's clock (Unix seconds); an old wish opens nothing.
    """

    access_point_id: str
    asked_at: int


@dataclass(frozen=True, slots=True)
class AnswerAnew:
    """Record the answer to a question that is due again."""

    estate_id: str
    purpose: Purpose
    given: bool
    notice_hash: str


@dataclass(frozen=True, slots=True)
class SayBirth:
    """Keep year and month of birth of somebody under fourteen, ``2017-05``."""

    born: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Acknowledge a report to owners."""

    report_id: str


@dataclass(frozen=True, slots=True)
class GiveCode:
    """Make a one-time code that joins the person's other WeChat account, and say it."""


@dataclass(frozen=True, slots=True)
class JoinAccount:
    """Join this chat's account to whoever made the code."""

    code: str = field(repr=False)


Effect = (
    Register
    | Answer
    | AnswerAnew
    | FetchSelfie
    | WithdrawFace
    | OpenDoor
    | SayBirth
    | MarkRead
    | GiveCode
    | JoinAccount
)


@dataclass(frozen=True, slots=True)
class Move:
    """The outcome of one message. Nothing said: WeChat is told that the message arrived, and shows nothing."""

    state: State
    says: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = ()
