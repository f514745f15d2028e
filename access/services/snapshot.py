"""What a gate decides by when it is alone: the estate's lists at one policy version.

The lists are the same for one (policy version, UTC day) wherever they are read: what ends by itself leaves them
with the day, never with the hour, so two workers cannot differ on what a gate holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from access.domain.consent import Purpose
from access.domain.edge_faces import EdgeState
from access.domain.gates import Gate
from access.domain.passback import Area
from access.domain.passes import day_of
from access.domain.places import AccessPoint, AccessRule, Estate
from access.domain.residency import Home
from access.domain.schedules import Schedule
from access.domain.times import DAY, HOUR
from access.services.estate_book import EstateBook
from access.services.house import House
from access.stores import Stores

CARDS_OFFLINE = 7 * DAY
"""How long cards go on without the link, at least (reference: the wire protocol, 11)."""

Place = tuple[str, int, int]
"""Building, valid from, valid to (exclusive)."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Which lists: they differ only when this differs."""

    estate_id: str
    version: int
    day: int


@dataclass(frozen=True, slots=True)
class HeldCard:
    """An active card and where its holder lives."""

    credential_id: str
    person_id: str
    valid_from: int
    valid_to: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class HeldFace:
    """A face that stays in one gate, and where its holder lives; `face.credential_id` is its name there."""

    gate_id: str
    face: HeldCard


@dataclass(frozen=True, slots=True)
class EstateLists:
    """Everything of an estate that any of its gates may hold.

    Attributes:
        cards: by card token.
        pass_keys: Ed25519 public keys by key id.
        day_keys: proof keys by UTC day.
        revoked_passes: end of validity by pass id.
        edge_faces: faces that stay in the gates, by id.
    """

    edition: Edition
    estate: Estate
    access_points: dict[str, AccessPoint]
    rules: dict[str, AccessRule]
    schedules: dict[str, Schedule]
    cards: dict[str, HeldCard]
    card_key: bytes
    pass_keys: dict[int, bytes]
    day_keys: dict[int, bytes]
    sets: dict[int, frozenset[str]]
    revoked_passes: dict[str, int]
    areas: tuple[Area, ...]
    duress_token: str
    edge_faces: dict[str, HeldFace]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long lists issued now may be used, instants."""

    issued: int
    fresh_until: int
    offline_until: int


def limits(house: House) -> Limits:
    """Passes by the estate's offline hours, cards at least a week."""
    now = house.clock.now()
    fresh = house.policy.offline_hours * HOUR
    return Limits(now, now + fresh, now + max(fresh, CARDS_OFFLINE))


def edition(house: House, estate_id: str) -> Edition:
    """Which lists hold now."""
    with house.db.reading() as stores:
        return Edition(estate_id, stores.places.policy_version(estate_id), day_of(house.clock.now()))


def note_version(house: House, gate: Gate, version: int) -> None:
    """Remember what a gate says it holds."""
    if gate.policy_version != version:
        with house.db.transaction() as stores:
            stores.gates.set_policy_version(gate.id, version)


def read_lists(house: House, estate_id: str) -> EstateLists:
    """The lists that hold now. Reads every card: the caller keeps what it gets, by edition."""
    day = day_of(house.clock.now())
    with house.db.reading() as stores:
        book = house.books.of(stores, house.keyring, estate_id)
        return EstateLists(
            edition=Edition(estate_id, book.version, day),
            estate=book.estate,
            access_points=dict(book.access_points),
            rules={rule.id: rule for rules in book.rules.values() for rule in rules},
            schedules=dict(book.schedules),
            cards=_cards(stores, estate_id, day * DAY),
            card_key=book.card_key,
            pass_keys=_pass_keys(stores, book),
            day_keys=_day_keys(house, book, day),
            sets=dict(stores.places.sets(estate_id)),
            revoked_passes={
                issued.id: issued.valid_to
                for issued in stores.passes.revoked_since(estate_id, 0)
                if issued.valid_to > day * DAY
            },
            areas=book.areas,
            duress_token=stores.areas.duress_token(estate_id),
            edge_faces=_edge_faces(stores, book, day * DAY),
        )


def _cards(stores: Stores, estate_id: str, since: int) -> dict[str, HeldCard]:
    homes = _homes(stores.residencies.homes(estate_id, since))
    return {
        card.token: HeldCard(card.id, card.person_id, card.valid_from, card.valid_to, homes[card.person_id])
        for card in stores.credentials.live_cards(estate_id, since)
        if card.person_id in homes
    }


def _edge_faces(stores: Stores, book: EstateBook, since: int) -> dict[str, HeldFace]:
    if not book.estate.face_enabled:
        return {}
    estate_id = book.estate.id
    homes = _homes(stores.residencies.homes(estate_id, since))
    agreed = stores.consents.people_with(estate_id, Purpose.FACE_USE, since)
    return {
        face.id: HeldFace(
            face.gate_id, HeldCard(face.id, face.person_id, 0, face.expires_at, homes[face.person_id])
        )
        for face in stores.edge_faces.of_estate(estate_id, EdgeState.ACTIVE)
        if face.gate_id is not None
        and face.expires_at > since
        and face.person_id in homes
        and face.person_id in agreed
    }


def _homes(found: Iterable[Home]) -> dict[str, tuple[Place, ...]]:
    homes: dict[str, tuple[Place, ...]] = {}
    for home in found:
        place = (home.building_id, home.valid_from, home.valid_to)
        homes[home.person_id] = (*homes.get(home.person_id, ()), place)
    return homes


def _pass_keys(stores: Stores, book: EstateBook) -> dict[int, bytes]:
    keys = {number: book.pass_keys.verify_key(number) for number in stores.places.pass_key_ids(book.estate.id)}
    return {number: key for number, key in keys.items() if key is not None}


def _day_keys(house: House, book: EstateBook, day: int) -> dict[int, bytes]:
    """Of yesterday (a pass may run since then) to the last day on which the lists are fresh."""
    last = day + house.policy.offline_hours // 24 + 1
    keys = {number: book.pass_keys.day_key(number) for number in range(day - 1, last + 1)}
    return {number: key for number, key in keys.items() if key is not None}
