"""The adults of a household: who may answer for a child that lives there."""

from __future__ import annotations

from access.domain.ages import ADULT_FROM, is_younger
from access.domain.places import Estate
from access.domain.residency import Role
from access.stores import Stores


def adults_of(stores: Stores, household_id: str, estate: Estate, now: int) -> tuple[str, ...]:
    """Person ids of the adults who live there now, helpers aside, by the time at which they asked to."""
    found = []
    for stay in sorted(stores.residencies.of_household(household_id), key=lambda stay: stay.requested_at):
        if stay.role is not Role.HELPER and stay.is_live(now) and is_adult(stores, stay.person_id, estate, now):
            found.append(stay.person_id)
    return tuple(dict.fromkeys(found))


def adults_with(stores: Stores, child_id: str, estate: Estate, now: int) -> tuple[str, ...]:
    """The adults of every household of the estate in which the child lives, or asks to."""
    homes = [s for s in stores.residencies.of_person(child_id) if s.estate_id == estate.id and s.is_open(now)]
    found = (who for stay in homes for who in adults_of(stores, stay.household_id, estate, now) if who != child_id)
    return tuple(dict.fromkeys(found))


def is_adult(stores: Stores, person_id: str, estate: Estate, now: int) -> bool:
    """Nobody said that they are under age, and the account is not closed."""
    person = stores.people.person(person_id)
    if person is None or person.closed_at is not None:
        return False
    return not is_younger(person.birth_year_month, ADULT_FROM, now, estate.timezone)
