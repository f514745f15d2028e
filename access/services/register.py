"""Becoming known: an account, a name, a household asked for. Staff decide (see approve_residency)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from access.domain.consent import Purpose
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.people import App, Person
from access.domain.places import Household
from access.domain.reading import ReadPurpose
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.residency import request_residency as make_request
from access.domain.times import end_of_day
from access.services import personal_data
from access.services.house import House
from access.stores import Stores

MAX_NAME = 40
MAX_STAY_DAYS = 5 * 366
MAX_PENDING = 3

_OPEN = frozenset({ResidencyStatus.PENDING, ResidencyStatus.APPROVED})
_MARKUP = frozenset("<>{}")
_PARTS = re.compile(r"[0-9A-Z]+")


def ensure_person(house: House, app: App, openid: str) -> str:
    """The person behind an openid, made with an identity key of their own at first sight. Returns person id."""
    account = house.keyring.account(app, openid)
    with house.db.reading() as stores:
        known = stores.people.person_of_account(app, account)
    if known is not None:
        return known
    with house.db.transaction() as stores:
        known = stores.people.person_of_account(app, account)
        return known if known is not None else _new_person(house, stores, app, account, openid)


def find_person(house: House, app: App, openid: str) -> str | None:
    """The person behind an openid, None for a stranger; makes nothing."""
    with house.db.reading() as stores:
        return stores.people.person_of_account(app, house.keyring.account(app, openid))


def clean_name(text: str) -> str:
    """A name as kept: NFC, no control characters, single spaces, 1 to 40 characters; for every door the same.

    Letters of any script and what stands between them (``·``, hyphen, apostrophe); not digits alone, no markup.

    Raises:
        InvalidInput: ``person.name``.
    """
    printable = "".join(
        c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C" or c == " "
    )
    name = " ".join(printable.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput("person.name", f"a name has 1 to {MAX_NAME} characters", field="name")
    if _MARKUP & set(name) or not any(c.isalpha() for c in name):
        raise InvalidInput("person.name", "a name has letters and no markup", field="name")
    return name


def set_name(house: House, person_id: str, name: str) -> None:
    """Keep the person's name, sealed under their identity key; estates they live at are told that it changed."""
    with house.db.transaction() as stores:
        _keep_name(house, stores, person_id, name)


def _keep_name(house: House, stores: Stores, person_id: str, name: str) -> None:
    cleaned = clean_name(name)
    person = stores.people.person(person_id)
    if person is None:
        raise NotFound("person.unknown", "no such person")
    now = house.clock.now()
    reader = personal_data.Reader(f"person:{person_id}", ReadPurpose.SHOW_TO_SUBJECT, now)
    if personal_data.read(stores, house.keyring, [person_id], reader)[person_id].name == cleaned:
        return
    stores.people.save_person(_with_name(person, house.keyring.seal_identity(stores, person_id, cleaned)))
    for estate_id in sorted({r.estate_id for r in stores.residencies.of_person(person_id) if r.is_live(now)}):
        details: dict[str, str | int | bool | None] = {"estate": estate_id}
        stores.audit.append(f"person:{person_id}", "person:name:change", person_id, details, now)


def find_household(house: House, estate_id: str, text: str) -> Household | None:
    """A household by what a resident writes: ``1-301``, ``1栋301``, ``1号楼 301室``. Never a list of others."""
    with house.db.reading() as stores:
        exact = stores.places.household_by_label(estate_id, text.strip())
        if exact is not None:
            return exact
        parts = _PARTS.findall(unicodedata.normalize("NFKC", text).upper())
        return stores.places.household_by_label(estate_id, "-".join(parts)) if parts else None


def request_residency(
    house: House,
    person_id: str,
    household_id: str,
    role: Role,
    last_day: date | None,
    name: str | None = None,
    *,
    under_fourteen: bool = False,
) -> Residency:
    """Ask for a place in a household; pending until staff decide.

    Args:
        last_day: last day of the stay in the estate's wall time, inclusive; required for tenants and helpers.
        name: kept together with the request or not at all; None where the person gave it before.
        under_fourteen: the person says so: a guardian of the household registers them (see `family`).

    Raises:
        NotFound: ``household.unknown``.
        NotPermitted: ``consent.access`` when the notice was not agreed to, ``person.name`` without a name.
        InvalidInput: ``residency.until``, ``residency.child`` for a child under fourteen.
        Conflict: ``residency.asked`` when one for the household is open, ``residency.many`` beyond three.
    """
    if under_fourteen:
        raise InvalidInput("residency.child", "a guardian of the household registers a child", field="of_age")
    now = house.clock.now()
    with house.db.transaction() as stores:
        household = stores.places.household(household_id)
        if household is None:
            raise NotFound(
                "household.unknown",
                "no such household",
            )
        if name is not None:
            _keep_name(house, stores, person_id, name)
        _may_ask(stores, person_id, household, now)
        estate = stores.places.estate(household.estate_id)
        timezone = estate.timezone if estate is not None else "Asia/Shanghai"
        until = None if last_day is None else end_of_day(last_day, timezone)
        if until is not None and until > now + MAX_STAY_DAYS * 86_400_000:
            raise InvalidInput("residency.until", "the end date is more than five years ahead", field="until")
        place = (household.id, household.estate_id, household.building_id)
        residency = make_request(new_id(), person_id, place, role, until, now)
        stores.residencies.add(residency)
        details: dict[str, str | int | bool | None] = {"estate": residency.estate_id, "role": role}
        stores.audit.append(f"person:{person_id}", "person:residency:request", residency.id, details, now)
        return residency


def _may_ask(stores: Stores, person_id: str, household: Household, now: int) -> None:
    person = stores.people.person(person_id)
    if person is None or person.closed_at is not None or not person.name_sealed:
        raise NotPermitted("person.name", "give a name first")
    consent = stores.consents.latest(person_id, household.estate_id, Purpose.ACCESS)
    if consent is None or not consent.is_live(now):
        raise NotPermitted("consent.access", "read the notice and agree to it first")
    mine = stores.residencies.of_person(person_id)
    if any(r.household_id == household.id and r.status in _OPEN and r.valid_to > now for r in mine):
        raise Conflict("residency.asked", "this household is asked for, or yours, already")
    if sum(r.status is ResidencyStatus.PENDING for r in mine) >= MAX_PENDING:
        raise Conflict("residency.many", "too many requests are waiting")


def _new_person(house: House, stores: Stores, app: App, account: str, openid: str) -> str:
    person = Person(new_id(), b"", b"", "", "zh", house.clock.now())
    stores.people.save_person(person)
    house.keyring.make_identity_key(stores, person.id)
    sealed = house.keyring.seal_identity(stores, person.id, openid)
    stores.people.link_account(person.id, app, account, sealed)
    return person.id


def _with_name(person: Person, sealed: bytes) -> Person:
    return Person(
        person.id,
        sealed,
        person.phone_sealed,
        person.birth_year_month,
        person.language,
        person.created_at,
        person.closed_at,
    )
