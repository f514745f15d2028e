"""Consent: one record per person and purpose. Purposes are a closed list; marketing is not in it (law L13)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from access.domain.errors import Conflict
from access.domain.times import DAY

FACE_CONSENT_LIFE = 365 * DAY
"""A face consent asks anew after at most twelve months (issue of the house; law L6: each item has an expiry)."""


class Purpose(StrEnum):
    """What a person can say yes or no to."""

    ACCESS = "access"
    """Keep name and household to open the doors I may use (needed for the service)."""
    FACE_USE = "face_use"
    """Use my face to open doors (a)."""
    FACE_SERVER = "face_server"
    """Keep and match my face off the gate, on the estate's server (b)."""
    PHONE_CONTACT = "phone_contact"
    """Keep my phone number so that staff can reach me."""


FACE_PURPOSES = frozenset({Purpose.FACE_USE, Purpose.FACE_SERVER})


class ConsentStatus(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Ended by the clock, by nobody's word."""


class Channel(StrEnum):
    """Where the person said so."""

    CHAT = "chat"
    PAGE = "page"
    MINI_PROGRAM = "mini_program"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's answer for one purpose at one estate.

    Attributes:
        notice_hash: SHA-256 (hexadecimal) of the notice that the person was shown.
        expires_at: instant after which it no longer holds; the person is asked anew.
        guardian_id: person id of the guardian who answered for a child under fourteen.
    """

    id: str
    person_id: str
    estate_id: str
    purpose: Purpose
    status: ConsentStatus
    channel: Channel
    notice_hash: str
    decided_at: int
    expires_at: int
    guardian_id: str | None = None

    def is_live(self, at: int) -> bool:
        return self.status is ConsentStatus.GIVEN and at < self.expires_at

    def withdraw(self, channel: Channel, at: int) -> Consent:
        if self.status is not ConsentStatus.GIVEN:
            raise Conflict("consent.status", "this consent is not given, so it cannot be withdrawn")
        return replace(self, status=ConsentStatus.WITHDRAWN, channel=channel, decided_at=at, expires_at=at)

    def lapse(self, at: int) -> Consent:
        """The record that a yes has ended by itself; the channel stays that of the yes."""
        if self.status is not ConsentStatus.GIVEN:
            raise Conflict("consent.status", "this consent is not given, so it cannot lapse")
        return replace(self, status=ConsentStatus.EXPIRED, decided_at=at, expires_at=at)


@dataclass(frozen=True, slots=True)
class Notice:
    """A published notice: immutable, known by its hash.

    Attributes:
        hash: SHA-256 over the canonical text of both languages.
        material: whether the change asks people again.
    """

    hash: str
    estate_id: str
    version: int
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    published_at: int
    material: bool
