"""What the chat may know of whom it speaks with: the estate, their place, their face consents, their doors."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from access.domain.consent import Purpose
from access.domain.people import App
from access.domain.places import AccessPoint, Building, Estate
from access.domain.residency import Residency, ResidencyStatus
from access.queries.edge_places import estate_doors
from access.queries.phone_doors import doors_of
from access.services.enrol import FaceStatus, status
from access.services.house import House
from access.services.my_home import NOTHING_WAITS, Waits, waits_in
from access.stores import Stores

_SCENE = re.compile(r"e([0-9]{1,5})(?:b([0-9a-f]{16}))?")
_OPEN = frozenset({ResidencyStatus.PENDING, ResidencyStatus.APPROVED})


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's place in one estate; the default is a stranger's.

    Attributes:
        residency: the one that counts most: a live one, else one that waits, else the newest that was.
        household: label of that residency's household.
        open_households: ids of households asked for or lived in.
        face_use, face_server: the two face consents, live.
        face: None for a stranger.
        doors: access points that the person may use.
        edge_doors: those of the estate whose gate can keep a face to itself.
        waits: what waits for the person's word.
    """

    person_id: str = ""
    residency: Residency | None = None
    household: str = ""
    open_households: frozenset[str] = frozenset()
    face_use: bool = False
    face_server: bool = False
    face: FaceStatus | None = None
    doors: tuple[AccessPoint, ...] = ()
    edge_doors: tuple[AccessPoint, ...] = ()
    waits: Waits = NOTHING_WAITS

    @property
    def registered(self) -> bool:
        """Something is asked for or granted."""
        return bool(self.open_households)

    @property
    def approved(self) -> bool:
        counting = self.residency
        return self.registered and counting is not None and counting.status is ResidencyStatus.APPROVED


STRANGER = Standing()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message belongs.

    Attributes:
        scanned: the scene named an estate; False also when nothing was scanned.
        building: whose QR code was scanned, now or before.
    """

    estate: Estate | None = None
    building: Building | None = None
    standing: Standing = STRANGER
    scanned: bool = False


def find_place(house: House, account: str, scene: str, estate_id: str, building_id: str) -> Place:
    """The estate spoken of: just scanned, else the conversation's, else the person's own, else the only one.

    Args:
        account: blind index of the openid.
        scene: of a QR code just scanned, ``e<estate number>`` or ``e<number>b<building id>``; may be empty.
        estate_id, building_id: what the conversation was about before; may be empty.
    """
    with house.db.reading() as stores:
        person_id = stores.people.person_of_account(App.OFFICIAL_ACCOUNT, account)
        estate, building = _scanned(stores, scene)
        scanned = estate is not None
        if not scanned:
            estate = _known_estate(stores, person_id, estate_id)
            building = stores.places.building(building_id) if building_id else None
        if estate is None or person_id is None:
            return Place(estate, building, scanned=scanned)
        standing = _standing(stores, person_id, estate.id, house.clock.now())
    face = status(house, person_id, estate.id)
    return Place(estate, building, replace(standing, face=face), scanned)


def _scanned(stores: Stores, scene: str) -> tuple[Estate | None, Building | None]:
    read = _SCENE.fullmatch(scene)
    estate = stores.places.estate_by_number(int(read.group(1))) if read else None
    if read is None or estate is None:
        return None, None
    building = stores.places.building(read.group(2)) if read.group(2) else None
    return estate, building if building is not None and building.estate_id == estate.id else None


def _known_estate(stores: Stores, person_id: str | None, estate_id: str) -> Estate | None:
    if estate_id:
        return stores.places.estate(estate_id)
    mine = stores.residencies.of_person(person_id) if person_id else ()
    homes = {residency.estate_id for residency in mine if residency.status in _OPEN}
    estates = [estate for estate in stores.places.estates() if not homes or estate.id in homes]
    return estates[0] if len(estates) == 1 else None


def _standing(stores: Stores, person_id: str, estate_id: str, at: int) -> Standing:
    mine = [r for r in stores.residencies.of_person(person_id) if r.estate_id == estate_id]
    still_open = [r for r in mine if r.status in _OPEN and r.valid_to > at]
    counting = max(mine, key=lambda r: (r.is_live(at), r in still_open, r.requested_at), default=None)
    household = stores.places.household(counting.household_id) if counting else None
    return Standing(
        person_id=person_id,
        residency=counting,
        household=household.label if household else "",
        open_households=frozenset(r.household_id for r in still_open),
        face_use=_is_given(stores, person_id, estate_id, Purpose.FACE_USE, at),
        face_server=_is_given(stores, person_id, estate_id, Purpose.FACE_SERVER, at),
        doors=doors_of(stores, person_id, estate_id, at).access_points,
        edge_doors=estate_doors(stores, estate_id),
        waits=waits_in(stores, person_id, estate_id, at),
    )


def _is_given(stores: Stores, person_id: str, estate_id: str, purpose: Purpose, at: int) -> bool:
    consent = stores.consents.latest(person_id, estate_id, purpose)
    return consent is not None and consent.is_live(at)
