"""What the phone's first screens ask: which estates there are, where a dwelling is, where a person stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from access.domain.errors import NotFound
from access.domain.people import App
from access.domain.places import AccessPoint, Building, Estate, Household
from access.domain.reading import ReadPurpose
from access.domain.reports import Report
from access.queries import phone_home
from access.queries.phone_doors import doors_of
from access.queries.phone_home import HomeState, Place
from access.services import ask_anew, family, owner_reports, personal_data, register
from access.services.ask_anew import Due
from access.services.enrol import renew_until
from access.services.house import House
from access.stores import Stores

MAX_SEARCH = 20
"""Characters of a search for a dwelling that are looked at."""


@dataclass(frozen=True, slots=True)
class Me:
    """The person as the phone greets one. `phone_masked` hides all but the last four digits."""

    person_id: str
    name: str
    phone_masked: str
    places: tuple[Place, ...]


def me(house: House, person_id: str) -> Me:
    """Raises NotFound ``person.unknown``."""
    reader = personal_data.Reader(f"person:{person_id}", ReadPurpose.SHOW_TO_SUBJECT, house.clock.now())
    with house.db.reading() as stores:
        named = personal_data.read(stores, house.keyring, [person_id], reader)[person_id]
        return Me(person_id, named.name, named.phone_masked, phone_home.places_of(stores, person_id))


def home(house: House, person_id: str, estate_id: str) -> HomeState:
    """Where the person stands at an estate. Raises NotFound ``estate.unknown``."""
    with house.db.reading() as stores:
        state = phone_home.home_state(stores, person_id, estate_id, house.clock.now())
    if state is None:
        raise NotFound("estate.unknown", "no such estate")
    return state


def told_by(house: House, person_id: str) -> str:
    """Template of the message that the mini-program may ask to send; empty where the chat tells, or none is set."""
    with house.db.reading() as stores:
        in_chat = App.OFFICIAL_ACCOUNT in stores.people.accounts_of(person_id)
    return "" if in_chat else house.policy.mini_notice_template


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for the person's word; nothing of it keeps a door shut.

    Attributes:
        due: questions that are due again.
        child: something is to be answered again for a child of the household.
        report: the newest report that they are asked to acknowledge.
        face_until: until when a new sample of the face may be given, because references are being renewed.
    """

    due: tuple[Due, ...] = ()
    child: bool = False
    report: Report | None = None
    face_until: int | None = None


NOTHING_WAITS = Waits()


def waits(house: House, person_id: str, estate_id: str) -> Waits:
    """What waits for the person at an estate. Raises NotFound ``estate.unknown``."""
    with house.db.reading() as stores:
        return waits_in(stores, person_id, estate_id, house.clock.now())


def waits_in(stores: Stores, person_id: str, estate_id: str, now: int) -> Waits:
    """As `waits`, among the caller's look-ups."""
    return Waits(
        ask_anew.due_in(stores, person_id, estate_id, now),
        family.waits(stores, person_id, estate_id, now),
        owner_reports.waiting(stores, person_id, estate_id, now),
        renew_until(stores, person_id, estate_id),
    )


def estates(house: House) -> Sequence[Estate]:
    with house.db.reading() as stores:
        return phone_home.estates(stores)


def estate(house: House, estate_id: str) -> tuple[Estate, Sequence[Building]]:
    """An estate and its buildings. Raises NotFound ``estate.unknown``."""
    with house.db.reading() as stores:
        found = stores.places.estate(estate_id)
        if found is None:
            raise NotFound("estate.unknown", "no such estate")
        return found, phone_home.buildings(stores, estate_id)


def search(house: House, estate_id: str, text: str) -> Sequence[Household]:
    """Dwellings that fit what a resident writes, at most ten: the exact one first, then those that begin so."""
    exact = dwelling(house, estate_id, text)
    with house.db.reading() as stores:
        begun = phone_home.households_like(stores, estate_id, _typed(text))
    found = {household.id: household for household in ([exact] if exact is not None else []) + list(begun)}
    return list(found.values())[: phone_home.MAX_FOUND]


def dwelling(house: House, estate_id: str, text: str) -> Household | None:
    """The one dwelling that the text names in full; None when there is none."""
    typed = _typed(text)
    return register.find_household(house, estate_id, typed) if typed else None


def doors(house: House, person_id: str, estate_id: str) -> tuple[AccessPoint, ...]:
    """The doors that the person may use now; empty without a live residency."""
    with house.db.reading() as stores:
        return doors_of(stores, person_id, estate_id, house.clock.now()).access_points


def _typed(text: str) -> str:
    """What is looked at of a typed text: printable, bounded."""
    return "".join(character for character in text[:MAX_SEARCH] if character.isprintable()).strip()
