"""What a person's phone shows first: who they are, where they live, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from access.domain.consent import Purpose
from access.domain.places import Building, Estate, Household
from access.domain.residency import Residency, ResidencyStatus
from access.stores import Stores

MAX_FOUND = 10


class NextStep(StrEnum):
    """What the person can do next at an estate; there is always exactly one."""

    READ_NOTICE = "read_notice"
    GIVE_NAME = "give_name"
    REGISTER = "register"
    WAIT = "wait"
    ENTER = "enter"


@dataclass(frozen=True, slots=True)
class Place:
    """A residency of the person's, in words."""

    residency: Residency
    estate: Estate
    household: str


@dataclass(frozen=True, slots=True)
class HomeState:
    """The person at one estate.

    Attributes:
        places: the person's residencies at the estate, the newest request first.
        has_doors: a live residency stands.
    """

    estate: Estate
    places: tuple[Place, ...]
    next_step: NextStep
    has_doors: bool


def home_state(stores: Stores, person_id: str, estate_id: str, at: int) -> HomeState | None:
    """Where the person stands at an estate; None for an unknown estate."""
    estate = stores.places.estate(estate_id)
    if estate is None:
        return None
    places = tuple(place for place in places_of(stores, person_id) if place.estate.id == estate_id)
    live = any(place.residency.is_live(at) for place in places)
    return HomeState(estate, places, _next(stores, person_id, estate_id, places, live, at), live)


def places_of(stores: Stores, person_id: str) -> tuple[Place, ...]:
    """Every residency of the person, the newest request first."""
    mine = sorted(stores.residencies.of_person(person_id), key=lambda r: (r.requested_at, r.id), reverse=True)
    found = []
    for residency in mine:
        estate = stores.places.estate(residency.estate_id)
        household = stores.places.household(residency.household_id)
        if estate is not None:
            found.append(Place(residency, estate, household.label if household is not None else ""))
    return tuple(found)


def estates(stores: Stores) -> Sequence[Estate]:
    """The estates that this service runs for; names only, nothing personal."""
    return sorted(stores.places.estates(), key=lambda estate: estate.number)


def buildings(stores: Stores, estate_id: str) -> Sequence[Building]:
    return stores.places.buildings(estate_id)


def households_like(stores: Stores, estate_id: str, label: str) -> Sequence[Household]:
    """Up to ten dwellings whose label begins with what was typed. Who lives there is never part of it."""
    wanted = label.strip().upper()
    if not wanted:
        return []
    exact = stores.places.household_by_label(estate_id, wanted)
    begun = (h for h in stores.places.households(estate_id) if h.label.upper().startswith(wanted))
    ordered = sorted(begun, key=lambda household: household.label)
    if exact is not None:
        ordered = [exact, *(household for household in ordered if household.id != exact.id)]
    return ordered[:MAX_FOUND]


def _next(
    stores: Stores, person_id: str, estate_id: str, places: tuple[Place, ...], live: bool, at: int
) -> NextStep:
    if live:
        return NextStep.ENTER
    if any(place.residency.status is ResidencyStatus.PENDING for place in places):
        return NextStep.WAIT
    consent = stores.consents.latest(person_id, estate_id, Purpose.ACCESS)
    if consent is None or not consent.is_live(at):
        return NextStep.READ_NOTICE
    person = stores.people.person(person_id)
    if person is None or not person.name_sealed:
        return NextStep.GIVE_NAME
    return NextStep.REGISTER
