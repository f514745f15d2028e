"""The one door through which personal fields are decrypted: it takes a purpose and records the read.

The record is written in the same transaction as the read; a person sees every look-up that was not their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from access.domain.errors import NotFound
from access.domain.ids import new_id
from access.domain.people import App
from access.domain.reading import Look, ReadPurpose
from access.domain.times import HOUR
from access.services.keyring import Keyring
from access.stores import Stores

ALARM_PEOPLE = 60
"""Distinct people that one member of staff looks up within an hour before the audit chain says so."""
_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and why.

    Attributes:
        who: ``staff:<id>``, ``person:<id>`` or ``job``.
    """

    who: str
    purpose: ReadPurpose
    at: int


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Decrypted fields. The phone is masked but for its last four digits.

    Attributes:
        name: empty once erased.
    """

    person_id: str
    name: str
    phone_masked: str


def read(stores: Stores, keyring: Keyring, person_ids: Iterable[str], reader: Reader) -> dict[str, PersonalData]:
    """Name and masked phone of each person; an erased person comes back with empty fields."""
    found: dict[str, PersonalData] = {}
    wanted = list(dict.fromkeys(person_ids))
    _watch(stores, wanted, reader)
    for person_id in wanted:
        found[person_id] = _read_one(stores, keyring, person_id)
        record(stores, person_id, reader, ("name", "phone"))
    return found


def read_openid(stores: Stores, keyring: Keyring, person_id: str, app: App, reader: Reader) -> str | None:
    """openid for delivering a message; None when the person has no account there."""
    sealed = stores.people.accounts_of(person_id).get(app)
    if sealed is None:
        return None
    record(stores, person_id, reader, (f"openid_{app}",))
    return keyring.open_identity(stores, person_id, sealed)


def read_visitor_name(stores: Stores, keyring: Keyring, host_id: str, sealed: bytes, reader: Reader) -> str:
    """Visitor's name, sealed under the host's key."""
    record(stores, host_id, reader, ("visitor_name",))
    return _opened(stores, keyring, host_id, sealed)


def read_names(stores: Stores, keyring: Keyring, person_ids: Iterable[str], reader: Reader) -> dict[str, str]:
    """Names alone, for a single case of an authority; empty where erased."""
    found: dict[str, str] = {}
    for person_id in dict.fromkeys(person_ids):
        person = stores.people.person(person_id)
        found[person_id] = _opened(stores, keyring, person_id, person.name_sealed) if person else ""
        record(stores, person_id, reader, ("name",))
    return found


def read_request(
    stores: Stores, keyring: Keyring, person_id: str, sealed: bytes, reader: Reader
) -> tuple[str, str]:
    """Name of a person and what they wrote in a request about their data; both empty once erased."""
    _watch(stores, [person_id], reader)
    record(stores, person_id, reader, ("name", "request"))
    person = stores.people.person(person_id)
    name = _opened(stores, keyring, person_id, person.name_sealed) if person else ""
    return name, _opened(stores, keyring, person_id, sealed)


def read_words(stores: Stores, keyring: Keyring, person_id: str, sealed: bytes, reader: Reader) -> str:
    """What a person wrote in a request about their data; empty once erased."""
    _watch(stores, [person_id], reader)
    record(stores, person_id, reader, ("request",))
    return _opened(stores, keyring, person_id, sealed)


def read_message(stores: Stores, keyring: Keyring, person_id: str, sealed: bytes) -> str:
    """Values of a message to the person, on its way to them: the reading of the openid stands for both.

    Raises:
        NotFound: the person was erased meanwhile.
    """
    return keyring.open_identity(stores, person_id, sealed)


def read_card_number(stores: Stores, keyring: Keyring, person_id: str, sealed: bytes) -> str:
    """A card's number on its way back into the terminal that read it: no person sees it, the chain notes it.

    Raises:
        NotFound: the person was erased meanwhile.
    """
    return keyring.open_identity(stores, person_id, sealed)


def new_index(stores: Stores, keyring: Keyring, person_id: str, app: App, sealed: bytes) -> str:
    """Blind index of a person's account made anew: the openid goes through a hash and is shown to nobody.

    Raises:
        NotFound: the person was erased meanwhile.
    """
    return keyring.account(app, keyring.open_identity(stores, person_id, sealed))


def record(stores: Stores, person_id: str, reader: Reader, fields: tuple[str, ...]) -> None:
    """Write the access record; a person reading their own data leaves none."""
    if reader.who != f"person:{person_id}":
        stores.audit.add_look(Look(new_id(), reader.at, person_id, reader.who, reader.purpose, fields))


def _watch(stores: Stores, wanted: Iterable[str], reader: Reader) -> None:
    """A member of staff who goes through the neighbours is noticed: the record of look-ups is the count."""
    if not reader.who.startswith("staff:"):
        return
    before = stores.audit.people_read_by(reader.who, reader.at - HOUR)
    people = len(before | set(wanted))
    if len(before) <= ALARM_PEOPLE < people:
        who = reader.who.removeprefix("staff:")
        stores.audit.append(reader.who, "alarm:look:many", who, {"people": people}, reader.at)


def mask_phone(phone: str) -> str:
    """``138****5678``-like: all but the last four digits hidden."""
    return "*" * max(len(phone) - _SHOWN_DIGITS, 0) + phone[-_SHOWN_DIGITS:] if phone else ""


def _read_one(stores: Stores, keyring: Keyring, person_id: str) -> PersonalData:
    person = stores.people.person(person_id)
    if person is None:
        raise NotFound("person.unknown", "no such person")
    name = _opened(stores, keyring, person_id, person.name_sealed)
    phone = _opened(stores, keyring, person_id, person.phone_sealed)
    return PersonalData(person_id, name, mask_phone(phone))


def _opened(stores: Stores, keyring: Keyring, person_id: str, sealed: bytes) -> str:
    try:
        return keyring.open_identity(stores, person_id, sealed)
    except NotFound:
        return ""
