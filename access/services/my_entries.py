"""A person's own record: their access events with the reason in words, and every look-up of them by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from access.domain.events import Opening
from access.domain.places import Method
from access.domain.reading import Look, ReadPurpose
from access.domain.reasons import WORDS, Reason, Words
from access.domain.times import DAY
from access.services.house import House
from access.stores import Stores

MAX_ENTRIES_SHOWN = 200
MAX_LOOKUPS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One presentation, the person's own or a visitor's of theirs.

    Attributes:
        place_zh, place_en: name of the access point; its id where it is gone.
        visitor: the pass was one that the person gave to a visitor.
        words: why it was denied; None for a grant.
        passed_back: noted as a second way in without a way out, or the other way round.
    """

    id: str
    at: int
    estate_id: str
    place_zh: str
    place_en: str
    method: Method
    granted: bool
    reason: Reason | None
    words: Words | None
    opening: Opening
    visitor: bool
    passed_back: bool


@dataclass(frozen=True, slots=True)
class LookUp:
    """Somebody read the person's data.

    Attributes:
        reader: how the reader is called; ids of residents are not shown.
        fields: names of the fields that were read.
    """

    at: int
    reader: str
    purpose: ReadPurpose
    fields: tuple[str, ...]


def entries(house: House, person_id: str, limit: int = MAX_ENTRIES_SHOWN) -> Sequence[Entry]:
    """The newest first, as long as entry records are kept at all."""
    since = house.clock.now() - house.policy.event_keep_days * DAY
    with house.db.reading() as stores:
        events = stores.events.of_person(person_id, since, min(limit, MAX_ENTRIES_SHOWN))
        names = {event.access_point_id: _place(stores, event.access_point_id) for event in events}
        visits = {event.pass_id: _is_visit(stores, event.pass_id) for event in events}
        found = [
            Entry(
                id=event.id,
                at=event.at,
                estate_id=event.estate_id,
                place_zh=names[event.access_point_id][0],
                place_en=names[event.access_point_id][1],
                method=event.method,
                granted=event.granted,
                reason=event.reason,
                words=WORDS[event.reason] if event.reason is not None else None,
                opening=event.opening,
                visitor=visits[event.pass_id],
                passed_back=event.passed_back,
            )
            for event in events
        ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def look_ups(house: House, person_id: str) -> Sequence[LookUp]:
    """Who else read the person's data, when, and for which purpose; the newest first."""
    with house.db.reading() as stores:
        now = house.clock.now()
        looks = [
            one for one in stores.audit.looks_of(person_id, MAX_LOOKUPS_SHOWN) if _may_be_told(stores, one, now)
        ]
        found = [LookUp(look.at, _reader(stores, look.reader), look.purpose, look.fields) for look in looks]
    return sorted(found, key=lambda look: look.at, reverse=True)


def _may_be_told(stores: Stores, look: Look, now: int) -> bool:
    """A case of an authority is shown once the law lets the resident be told."""
    kind, _, case_id = look.reader.partition(":")
    case = stores.disclosures.get(case_id) if kind == "disclosure" else None
    return case is None or now >= case.tell_at


def _place(stores: Stores, access_point_id: str) -> tuple[str, str]:
    point = stores.places.access_point(access_point_id)
    return (point.name_zh, point.name_en) if point is not None else (access_point_id, access_point_id)


def _is_visit(stores: Stores, pass_id: str | None) -> bool:
    issued = stores.passes.get(pass_id) if pass_id is not None else None
    return issued is not None and bool(issued.link_hash)


def _reader(stores: Stores, reader: str) -> str:
    """A staff member by name; everything else by its kind alone."""
    kind, _, reader_id = reader.partition(":")
    staff = stores.staff.get(reader_id) if kind == "staff" else None
    return f"staff:{staff.display_name}" if staff is not None else kind
