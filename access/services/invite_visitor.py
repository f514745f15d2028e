"""Visitors: a resident invites, shares a link, may revoke; the visitor opens the link without an account.

The link's secret has 144 bits and is kept as its SHA-256. What the visitor shows is a ``G1`` pass for a window,
for doors that are the host's own, for one entry unless the host says more.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from access.domain import passes
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted, TooOften
from access.domain.ids import new_id
from access.domain.places import AccessPoint, Estate, Method
from access.domain.reading import ReadPurpose
from access.domain.times import HOUR, MINUTE, SECOND
from access.domain.visits import MAX_ENTRIES, MAX_LEAD, MAX_OPEN_INVITATIONS, MAX_VISIT, IssuedPass, PassKind
from access.queries.phone_doors import Doors, doors_of
from access.services import personal_data
from access.services.house import House
from access.stores import Stores

MAX_VISITOR_NAME = 40
INVITATIONS_AN_HOUR = 30
_LINK_CHARACTERS = 24
_PAST_TOLERANCE = 5 * MINUTE


class VisitState(StrEnum):
    """Where an invitation stands, as both the host and the visitor are told."""

    UPCOMING = "upcoming"
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the host asks for.

    Attributes:
        name: of the visitor, up to 40 characters; may be empty.
        begins_at, ends_at: instants, end exclusive; whole minutes are kept.
        access_point_ids: empty for every door of the host's that takes a pass.
        entries: 1 to 20.
        tell_host: the host wants to hear when the visitor enters.
    """

    estate_id: str
    name: str
    begins_at: int
    ends_at: int
    access_point_ids: frozenset[str] = frozenset()
    entries: int = 1
    tell_host: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its host sees it.

    Attributes:
        secret: of the link; the host may share it again.
        name: the visitor's, empty when none was given.
    """

    id: str
    estate: Estate
    name: str
    valid_from: int
    valid_to: int
    access_points: tuple[AccessPoint, ...]
    entries: int
    taken: int
    state: VisitState
    secret: str


@dataclass(frozen=True, slots=True)
class VisitorPass:
    """An invitation as the visitor sees it, without the host's name or dwelling.

    Attributes:
        text: the ``G1`` text; empty unless the pass is upcoming or open.
    """

    estate: Estate
    name: str
    valid_from: int
    valid_to: int
    access_points: tuple[AccessPoint, ...]
    entries: int
    taken: int
    state: VisitState
    text: str


def invite(house: House, person_id: str, wish: Wish) -> Invitation:
    """Issue a visitor's pass.

    Raises:
        InvalidInput: ``visit.name``, ``visit.window``, ``visit.entries``, ``visit.doors``.
        NotPermitted: ``visit.no_right`` without a live residency or a door that takes a pass.
        Conflict: ``visit.many`` beyond 20 open invitations.
        TooOften: ``visit.often`` beyond 30 an hour.
    """
    at = house.clock.now()
    name = _clean(wish.name)
    begin, minutes = _window(wish, at)
    if not 1 <= wish.entries <= MAX_ENTRIES:
        raise InvalidInput("visit.entries", f"1 to {MAX_ENTRIES} entries", field="entries")
    if not house.limiter.allow(f"invite:{person_id}", INVITATIONS_AN_HOUR, HOUR):
        raise TooOften("visit.often", "too many invitations within an hour")
    with house.db.transaction() as stores:
        chosen = _chosen(stores, person_id, wish, begin + minutes * MINUTE, at)
        if len(_open(stores, person_id, wish.estate_id, at)) >= MAX_OPEN_INVITATIONS:
            raise Conflict("visit.many", "too many open invitations")
        issued = _issued(house, stores, person_id, wish, name, (begin, minutes), chosen, at)
        stores.passes.add(issued)
        details: dict[str, str | int | bool | None] = {"entries": wish.entries, "minutes": minutes}
        stores.audit.append(f"person:{person_id}", "resident:visitor:invite", issued.id, details, at)
        return _as_host(house, stores, issued, at)


def invitations(house: House, person_id: str, estate_id: str) -> Sequence[Invitation]:
    """The person's own invitations that are still kept, newest first."""
    at = house.clock.now()
    with house.db.reading() as stores:
        issued = [p for p in stores.passes.of_person(person_id, estate_id) if p.kind is PassKind.VISITOR]
        newest = sorted(issued, key=lambda p: (p.created_at, p.id), reverse=True)
        return [_as_host(house, stores, one, at) for one in newest]


def revoke(house: House, person_id: str, pass_id: str) -> None:
    """Cancel an invitation of one's own.

    Raises:
        NotFound: ``visit.unknown``, also for somebody else's.
        Conflict: ``visit.revoked`` when it was cancelled before.
    """
    at = house.clock.now()
    with house.db.transaction() as stores:
        issued = stores.passes.get(pass_id)
        if issued is None or issued.person_id != person_id or issued.kind is not PassKind.VISITOR:
            raise NotFound("visit.unknown", "no such invitation")
        if not stores.passes.revoke(pass_id, at):
            raise Conflict("visit.revoked", "cancelled already")
        stores.places.bump_policy(issued.estate_id)
        stores.audit.append(f"person:{person_id}", "resident:visitor:revoke", pass_id, {}, at)


def visitor_pass(house: House, secret: str) -> VisitorPass:
    """What the visitor's page shows.

    Raises:
        NotFound: ``visit.link`` for a link that leads nowhere (never made, or its data removed since).
    """
    at = house.clock.now()
    if len(secret) != _LINK_CHARACTERS or not secret.isascii():
        raise NotFound("visit.link", "the link leads nowhere")
    with house.db.reading() as stores:
        issued = stores.passes.by_link(_hash(secret))
        if issued is None:
            raise NotFound("visit.link", "the link leads nowhere")
        state = _state(stores, issued, at)
        reader = personal_data.Reader(f"person:{issued.person_id}", ReadPurpose.HOST_VISITOR, at)
        shows = state in {VisitState.OPEN, VisitState.UPCOMING}
        return VisitorPass(
            estate=_estate(stores, issued.estate_id),
            name=_name(house, stores, issued, reader),
            valid_from=issued.valid_from,
            valid_to=issued.valid_to,
            access_points=_points(stores, issued),
            entries=issued.uses_allowed,
            taken=issued.uses_taken,
            state=state,
            text=_text(house, stores, issued) if shows else "",
        )


def _clean(name: str) -> str:
    kept = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C" or c == " ")
    cleaned = " ".join(kept.split())
    if len(cleaned) > MAX_VISITOR_NAME:
        raise InvalidInput("visit.name", f"a name has at most {MAX_VISITOR_NAME} characters", field="name")
    return cleaned


def _window(wish: Wish, at: int) -> tuple[int, int]:
    """(begin, whole minutes) of the visit."""
    begin = wish.begins_at // MINUTE * MINUTE
    minutes = (wish.ends_at - begin) // MINUTE
    if begin < at - _PAST_TOLERANCE and wish.ends_at <= at:
        raise InvalidInput("visit.window", "the visit lies in the past", field="ends_at")
    if not 0 < minutes * MINUTE <= MAX_VISIT:
        raise InvalidInput("visit.window", "a visit ends after it begins, within seven days", field="ends_at")
    if not at - MAX_VISIT < begin <= at + MAX_LEAD:
        raise InvalidInput("visit.window", "a visit begins within the next thirty days", field="begins_at")
    return begin, minutes


def _chosen(stores: Stores, person_id: str, wish: Wish, end: int, at: int) -> frozenset[str]:
    doors: Doors = doors_of(stores, person_id, wish.estate_id, at)
    mine = frozenset(point.id for point in doors.taking(Method.QR))
    if not mine:
        raise NotPermitted("visit.no_right", "no live residency, or no door that takes a pass")
    if end > doors.until:
        raise InvalidInput("visit.window", "the visit ends after the host's own stay", field="ends_at")
    if not wish.access_point_ids <= mine:
        raise InvalidInput("visit.doors", "a door that is not the host's own", field="access_points")
    return wish.access_point_ids or mine


def _issued(
    house: House,
    stores: Stores,
    person_id: str,
    wish: Wish,
    name: str,
    window: tuple[int, int],
    chosen: frozenset[str],
    at: int,
) -> IssuedPass:
    begin, minutes = window
    pass_id = new_id()
    return IssuedPass(
        id=pass_id,
        kind=PassKind.VISITOR,
        estate_id=wish.estate_id,
        person_id=person_id,
        key_id=house.keyring.passes(stores, wish.estate_id).key_ids[0],
        access_point_set=stores.places.set_number(wish.estate_id, chosen),
        valid_from=begin,
        valid_to=begin + minutes * MINUTE,
        uses_allowed=wish.entries,
        uses_taken=0,
        name_sealed=house.keyring.seal_identity(stores, person_id, name),
        link_hash=_hash(house.keyring.visitor_link(stores, wish.estate_id, pass_id)),
        created_at=at,
        tell_host=wish.tell_host,
    )


def _open(stores: Stores, person_id: str, estate_id: str, at: int) -> list[IssuedPass]:
    """Invitations that still open a door, now or later."""
    return [
        issued
        for issued in stores.passes.of_person(person_id, estate_id)
        if issued.kind is PassKind.VISITOR
        and issued.revoked_at is None
        and at < issued.valid_to
        and issued.uses_taken < issued.uses_allowed
    ]


def _as_host(house: House, stores: Stores, issued: IssuedPass, at: int) -> Invitation:
    reader = personal_data.Reader(f"person:{issued.person_id}", ReadPurpose.SHOW_TO_SUBJECT, at)
    return Invitation(
        id=issued.id,
        estate=_estate(stores, issued.estate_id),
        name=_name(house, stores, issued, reader),
        valid_from=issued.valid_from,
        valid_to=issued.valid_to,
        access_points=_points(stores, issued),
        entries=issued.uses_allowed,
        taken=issued.uses_taken,
        state=_state(stores, issued, at),
        secret=house.keyring.visitor_link(stores, issued.estate_id, issued.id),
    )


def _state(stores: Stores, issued: IssuedPass, at: int) -> VisitState:
    """A pass whose host has left the estate counts as revoked, as it does at the gate."""
    if issued.revoked_at is not None:
        return VisitState.REVOKED
    if issued.uses_taken >= issued.uses_allowed:
        return VisitState.USED
    if at >= issued.valid_to:
        return VisitState.EXPIRED
    if not doors_of(stores, issued.person_id, issued.estate_id, at).access_points:
        return VisitState.REVOKED
    return VisitState.UPCOMING if at < issued.valid_from else VisitState.OPEN


def _name(house: House, stores: Stores, issued: IssuedPass, reader: personal_data.Reader) -> str:
    return personal_data.read_visitor_name(stores, house.keyring, issued.person_id, issued.name_sealed, reader)


def _text(house: House, stores: Stores, issued: IssuedPass) -> str:
    body = passes.PassBody(
        key_id=issued.key_id,
        pass_id=issued.id,
        estate=_estate(stores, issued.estate_id).number,
        access_point_set=issued.access_point_set,
        not_before=issued.valid_from // SECOND * SECOND,
        minutes=(issued.valid_to - issued.valid_from) // MINUTE,
        uses=issued.uses_allowed,
    )
    return passes.sign(body, house.keyring.passes(stores, issued.estate_id).seed(issued.key_id))


def _points(stores: Stores, issued: IssuedPass) -> tuple[AccessPoint, ...]:
    found = (
        stores.places.access_point(i) for i in stores.places.set_members(issued.estate_id, issued.access_point_set)
    )
    return tuple(sorted((point for point in found if point is not None), key=lambda point: point.number))


def _estate(stores: Stores, estate_id: str) -> Estate:
    estate = stores.places.estate(estate_id)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    return estate


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
