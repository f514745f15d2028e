"""What leaves the house in a case: the named fields of the named person or door, signed, expiring. Never a face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from access.domain.disclosure import EXPORT_LIFE, Case, Field
from access.domain.errors import InvalidInput
from access.domain.events import AccessEvent
from access.domain.reading import ReadPurpose
from access.services.house import House
from access.services.personal_data import Reader, read_names, record
from access.services.signing import EXPORTS, sign
from access.stores import Stores

MAX_ROWS = 10_000


def signed_export(house: House, stores: Stores, case: Case, now: int) -> str:
    """The export, inside the caller's transaction: each person it touches gets a record of it.

    Raises:
        InvalidInput: ``disclosure.large`` beyond 10,000 entries: name a shorter window.
    """
    found = rows_of(stores, case)
    people = {case.person_id} if case.person_id else {event.person_id for event in found}
    body: dict[str, object] = {
        "type": "kaimen.disclosure.v1",
        "case": case.id,
        "estate": case.estate_id,
        "agency": case.agency,
        "document": case.document,
        "scan_sha256": case.scan_hash,
        "article": case.article,
        "person": case.person_id,
        "access_point": case.access_point_id,
        "since": case.since,
        "until": case.until,
        "fields": sorted(field.value for field in case.fields),
        "made_at": now,
        "expires_at": now + EXPORT_LIFE,
    }
    if Field.ENTRIES in case.fields:
        body["entries"] = [_entry(stores, event) for event in found]
    known = sorted(person for person in people if person is not None)
    reader = Reader(reader_of(case), ReadPurpose.DISCLOSURE, now)
    besides = tuple(sorted(case.fields - {Field.NAME}))
    for person in known if besides else ():
        record(stores, person, reader, besides)
    if Field.NAME in case.fields:
        body["names"] = read_names(stores, house.keyring, known, reader)
    if Field.HOUSEHOLD in case.fields:
        body["households"] = {person: _households(stores, case, person) for person in known}
    return sign(house, stores, case.estate_id, body, EXPORTS)


def reader_of(case: Case) -> str:
    """How the record of look-ups calls a case; by it, the people whom it touched are found again."""
    return f"disclosure:{case.id}"


def rows_of(stores: Stores, case: Case) -> Sequence[AccessEvent]:
    """Entries of the named person or door within the window, newest first.

    Raises:
        InvalidInput: ``disclosure.large``.
    """
    if case.person_id is not None:
        mine = stores.events.of_person(case.person_id, case.since, MAX_ROWS + 1)
        found = [event for event in mine if event.at < case.until and event.estate_id == case.estate_id]
    else:
        found = list(
            stores.events.search(
                case.estate_id, case.since, case.until, case.access_point_id, None, 0, MAX_ROWS + 1
            )
        )
    if len(found) > MAX_ROWS:
        raise InvalidInput("disclosure.large", "more than 10,000 entries: name a shorter window", field="since")
    return found


def _entry(stores: Stores, event: AccessEvent) -> dict[str, object]:
    point = stores.places.access_point(event.access_point_id)
    return {
        "at": event.at,
        "access_point": point.name_zh if point else event.access_point_id,
        "method": event.method.value,
        "granted": event.granted,
        "person": event.person_id,
    }


def _households(stores: Stores, case: Case, person_id: str) -> list[str]:
    """Labels of the dwellings in which the person lived within the window."""
    stays: Iterable[str] = (
        residency.household_id
        for residency in stores.residencies.of_person(person_id)
        if residency.estate_id == case.estate_id
        and residency.valid_from < case.until
        and residency.valid_to > case.since
        and residency.decided_at is not None
    )
    homes = (stores.places.household(household_id) for household_id in stays)
    return sorted({home.label for home in homes if home is not None})
