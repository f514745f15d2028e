"""Residency: person × household × role, pending until staff decide, ended on a day that a tenant always has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from access.domain.errors import Conflict, InvalidInput
from access.domain.times import FOREVER


class Role(StrEnum):
    OWNER = "owner"
    FAMILY = "family"
    TENANT = "tenant"
    HELPER = "helper"


ROLES_WITH_END = frozenset({Role.TENANT, Role.HELPER})
"""Roles whose residency must name its last day."""


class ResidencyStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


class Home(NamedTuple):
    """Where a person lives and when, end exclusive: one of tens of thousands that are read at once."""

    person_id: str
    building_id: str
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class Residency:
    """A person's place in a household.

    Attributes:
        valid_from, valid_to: instants in milliseconds, end exclusive.
        reason: staff's words for a refusal or an end, shown to the person.
    """

    id: str
    person_id: str
    household_id: str
    estate_id: str
    building_id: str
    role: Role
    status: ResidencyStatus
    valid_from: int
    valid_to: int
    requested_at: int
    decided_at: int | None = None
    decided_by: str | None = None
    reason: str = ""

    def is_live(self, at: int) -> bool:
        """Approved and within its validity."""
        return self.status is ResidencyStatus.APPROVED and self.valid_from <= at < self.valid_to

    def is_open(self, at: int) -> bool:
        """In force, or asked for and not decided on yet."""
        return self.is_live(at) or (self.status is ResidencyStatus.PENDING and at < self.valid_to)

    def approve(self, staff_id: str, at: int) -> Residency:
        self._must_be(ResidencyStatus.PENDING)
        return replace(self, status=ResidencyStatus.APPROVED, valid_from=at, decided_at=at, decided_by=staff_id)

    def refuse(self, staff_id: str, reason: str, at: int) -> Residency:
        self._must_be(ResidencyStatus.PENDING)
        if not reason.strip():
            raise InvalidInput("residency.reason", "a refusal needs a reason", field="reason")
        return replace(
            self, status=ResidencyStatus.REFUSED, decided_at=at, decided_by=staff_id, reason=reason.strip()
        )

    def end(self, actor_id: str, reason: str, at: int) -> Residency:
        self._must_be(ResidencyStatus.APPROVED)
        return replace(
            self,
            status=ResidencyStatus.ENDED,
            valid_to=min(at, self.valid_to),
            decided_at=at,
            decided_by=actor_id,
            reason=reason.strip(),
        )

    def _must_be(self, status: ResidencyStatus) -> None:
        if self.status is not status:
            raise Conflict("residency.status", f"the residency is {self.status}, not {status}")


def request_residency(
    residency_id: str,
    person_id: str,
    household: tuple[str, str, str],
    role: Role,
    until: int | None,
    at: int,
) -> Residency:
    """A pending residency.

    Args:
        household: (household id, estate id, building id).
        until: end instant; required for tenants and helpers, must lie ahead.

    Raises:
        InvalidInput: ``residency.until`` when the end is missing or has passed.
    """
    if until is None and role in ROLES_WITH_END:
        raise InvalidInput("residency.until", "a tenant's or helper's stay has an end date", field="until")
    if until is not None and until <= at:
        raise InvalidInput("residency.until", "the end date has already passed", field="until")
    household_id, estate_id, building_id = household
    return Residency(
        id=residency_id,
        person_id=person_id,
        household_id=household_id,
        estate_id=estate_id,
        building_id=building_id,
        role=role,
        status=ResidencyStatus.PENDING,
        valid_from=at,
        valid_to=FOREVER if until is None else until,
        requested_at=at,
    )
