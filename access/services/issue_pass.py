"""A resident's door pass: signed for a day, reused while it lives, its text rolling every fifteen seconds.

The phone is handed the signed bytes and the pass's proof key as well, so it can roll by itself without a link.
"""

from __future__ import annotations

from dataclasses import dataclass

from access.domain import passes
from access.domain.errors import NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.places import AccessPoint, Estate, Method
from access.domain.times import HOUR, MINUTE, SECOND
from access.domain.visits import RESIDENT_PASS_MINUTES, IssuedPass, PassKind
from access.queries.phone_doors import doors_of
from access.services.house import House
from access.services.keyring import EstatePassKeys
from access.stores import Stores

RENEW_BEFORE = 6 * HOUR
"""A pass with less left than this is followed by a new one, so that a phone without a link keeps some hours."""
BACKDATE = MINUTE
"""A pass begins a minute ago: a gate's clock may be a little behind ours."""


@dataclass(frozen=True, slots=True)
class DoorPass:
    """What a phone needs to show the pass, with or without a link.

    Attributes:
        valid_from, valid_to: instants, end exclusive.
        access_points: the doors it opens.
        signed: body ‖ signature, 87 bytes.
        proof_key: 32 bytes; good for this one pass only.
    """

    pass_id: str
    estate: Estate
    valid_from: int
    valid_to: int
    access_points: tuple[AccessPoint, ...]
    signed: bytes
    proof_key: bytes

    def text(self, at: int) -> str:
        """The ``G2`` text for the step of an instant."""
        return passes.roll(self.signed, self.proof_key, at)

    @staticmethod
    def next_step(at: int) -> int:
        """First instant of the step after the one that `at` falls into."""
        return (passes.step_at(at) + 1) * passes.STEP_SECONDS * SECOND


def door_pass(house: House, person_id: str, estate_id: str) -> DoorPass:
    """The person's pass at an estate: the living one, or a new one.

    Raises:
        NotFound: ``estate.unknown``.
        NotPermitted: ``pass.no_right`` without a live residency or a door that takes a QR pass.
    """
    at = house.clock.now()
    with house.db.reading() as stores:
        found = _living(house, stores, _Wish.of(stores, person_id, estate_id, at), at)
    if found is not None:
        return found
    with house.db.transaction() as stores:
        wish = _Wish.of(stores, person_id, estate_id, at)
        return _living(house, stores, wish, at) or _issue(house, stores, wish, at)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Whose pass, for which doors, until when at most."""

    person_id: str
    estate: Estate
    access_points: tuple[AccessPoint, ...]
    until: int

    @classmethod
    def of(cls, stores: Stores, person_id: str, estate_id: str, at: int) -> _Wish:
        estate = stores.places.estate(estate_id)
        if estate is None:
            raise NotFound("estate.unknown", "no such estate")
        doors = doors_of(stores, person_id, estate_id, at)
        points = doors.taking(Method.QR)
        if not points or doors.until - at < MINUTE:
            raise NotPermitted("pass.no_right", "no live residency, or no door that takes a pass")
        return cls(person_id, estate, points, doors.until)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(point.id for point in self.access_points)


def _living(house: House, stores: Stores, wish: _Wish, at: int) -> DoorPass | None:
    """A pass for just these doors with time enough left, under a key that gates still know."""
    keys = house.keyring.passes(stores, wish.estate.id)
    enough = min(at + RENEW_BEFORE, wish.until - MINUTE)
    for issued in stores.passes.of_person(wish.person_id, wish.estate.id, live_at=at):
        if (
            issued.kind is PassKind.RESIDENT
            and issued.revoked_at is None
            and issued.key_id in keys.key_ids
            and enough < issued.valid_to <= wish.until
            and stores.places.set_members(wish.estate.id, issued.access_point_set) == wish.ids
        ):
            return _shown(keys, wish, issued)
    return None


def _issue(house: House, stores: Stores, wish: _Wish, at: int) -> DoorPass:
    keys = house.keyring.passes(stores, wish.estate.id)
    _revoke_wider(stores, wish, at)
    begin = (at - BACKDATE) // SECOND * SECOND
    minutes = min(RESIDENT_PASS_MINUTES, (wish.until - begin) // MINUTE)
    issued = IssuedPass(
        id=new_id(),
        kind=PassKind.RESIDENT,
        estate_id=wish.estate.id,
        person_id=wish.person_id,
        key_id=keys.key_ids[0],
        access_point_set=stores.places.set_number(wish.estate.id, wish.ids),
        valid_from=begin,
        valid_to=begin + minutes * MINUTE,
        uses_allowed=0,
        uses_taken=0,
        name_sealed=b"",
        link_hash="",
        created_at=at,
    )
    stores.passes.add(issued)
    return _shown(keys, wish, issued)


def _revoke_wider(stores: Stores, wish: _Wish, at: int) -> None:
    """A pass for doors that the person may no longer use must not live on at a gate without a link."""
    for issued in stores.passes.of_person(wish.person_id, wish.estate.id, live_at=at):
        wider = not stores.places.set_members(wish.estate.id, issued.access_point_set) <= wish.ids
        longer = issued.valid_to > wish.until
        if issued.kind is PassKind.RESIDENT and (wider or longer) and stores.passes.revoke(issued.id, at):
            stores.places.bump_policy(wish.estate.id)


def _shown(keys: EstatePassKeys, wish: _Wish, issued: IssuedPass) -> DoorPass:
    body = passes.PassBody(
        key_id=issued.key_id,
        pass_id=issued.id,
        estate=wish.estate.number,
        access_point_set=issued.access_point_set,
        not_before=issued.valid_from,
        minutes=(issued.valid_to - issued.valid_from) // MINUTE,
        uses=issued.uses_allowed,
    )
    day_key = keys.day_key(passes.day_of(issued.valid_from))
    if day_key is None:
        raise NotFound("pass.day_key", "the day key of the pass is not held")
    return DoorPass(
        pass_id=issued.id,
        estate=wish.estate,
        valid_from=issued.valid_from,
        valid_to=issued.valid_to,
        access_points=wish.access_points,
        signed=passes.signed_bytes(body, keys.seed(issued.key_id)),
        proof_key=passes.proof_key(day_key, issued.id),
    )
