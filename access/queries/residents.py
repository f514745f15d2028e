"""Residents as staff see them: by household, and one person. Names only with a purpose, each read recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from access.domain.ages import CHILD_BELOW, is_younger
from access.domain.consent import ConsentStatus, Purpose
from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.edge_faces import EdgeFace
from access.domain.enrolment import EnrolmentStatus
from access.domain.errors import NotFound
from access.domain.places import AccessPoint, Estate, Household
from access.domain.reading import ReadPurpose
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.staff import Staff
from access.domain.times import FOREVER
from access.queries.edge_places import kept_of, open_code
from access.queries.labels import natural
from access.queries.named import names
from access.queries.paging import Page, page_of
from access.services.consents import face_is_agreed
from access.services.edge_faces import places, use_is_agreed
from access.services.house import House
from access.stores import Stores

_SHOWN = frozenset({ResidencyStatus.PENDING, ResidencyStatus.APPROVED})


@dataclass(frozen=True, slots=True)
class Stay:
    """A residency on a screen.

    Attributes:
        name: empty unless read with a purpose.
        until: end instant, None where the stay has none.
        live: in force now.
    """

    residency_id: str
    person_id: str
    household: str
    building_zh: str
    building_en: str
    role: Role
    status: ResidencyStatus
    valid_from: int
    until: int | None
    live: bool
    reason: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    household_id: str
    label: str
    building_zh: str
    building_en: str
    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A card on a screen.

    Attributes:
        label: last four digits.
        until: end instant, None where it lasts as long as a stay without end.
    """

    credential_id: str
    label: str
    status: CredentialStatus
    until: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person said to one purpose."""

    purpose: Purpose
    status: ConsentStatus
    channel: str
    decided_at: int
    live: bool
    by_guardian: bool


@dataclass(frozen=True, slots=True)
class FaceState:
    """Where the person's face stands, without any picture.

    Attributes:
        offered: the estate offers face.
        agreed: both face consents are live.
        in_gate: the use alone is agreed to: the face may be kept and matched in a gate, and nowhere else.
        gates: then, access points of theirs whose gate can do that, by number.
        kept: by the gates that hold a reference of theirs, the access points of each.
        code: an enrolment at a gate that has begun, None where none has.
        active: the face may open doors now.
        latest: newest attempt, None before the first.
        desk: pictures are taken at the desk.
    """

    offered: bool
    agreed: bool
    in_gate: bool
    gates: tuple[AccessPoint, ...]
    kept: tuple[tuple[AccessPoint, ...], ...]
    code: EdgeFace | None
    active: bool
    latest: EnrolmentStatus | None
    desk: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One resident.

    Attributes:
        name, phone_masked, born: empty unless read with a purpose; born is year and month, where given.
        child: under fourteen, so that a guardian answers.
        account: somebody signs in as this person; False for a child who was added without a phone.
    """

    person_id: str
    name: str
    phone_masked: str
    born: str
    child: bool
    account: bool
    stays: tuple[Stay, ...]
    cards: tuple[Card, ...]
    answers: tuple[Answer, ...]
    face: FaceState


def households(
    house: House, staff: Staff, search: str, offset: int, purpose: ReadPurpose | None
) -> Page[HouseholdRow]:
    """Households whose label contains `search`, with who lives there or asks to."""
    wanted = search.strip().casefold()
    with house.db.reading() if purpose is None else house.db.transaction() as stores:
        found = sorted(
            (h for h in stores.places.households(staff.estate_id) if wanted in h.label.casefold()),
            key=lambda h: natural(h.label),
        )
        page = page_of(found, offset)
        now = house.clock.now()
        lists = [(h, _shown(stores.residencies.of_household(h.id), now)) for h in page.rows]
        known: dict[str, str] = {}
        if purpose is not None:
            people = [r.person_id for _, stays in lists for r in stays]
            known = {who: data.name for who, data in names(house, stores, staff, people, purpose).items()}
        rows = tuple(_household_row(stores, h, stays, known, now) for h, stays in lists)
        return Page(rows, page.offset, page.more)


def person_page(house: House, staff: Staff, person_id: str, purpose: ReadPurpose | None) -> PersonPage:
    """One person, as far as they live, lived or ask to live in the staff member's estate.

    Raises:
        NotFound: ``person.unknown``, also for somebody of another estate.
    """
    now = house.clock.now()
    with house.db.reading() if purpose is None else house.db.transaction() as stores:
        estate = stores.places.estate(staff.estate_id)
        stays = [r for r in stores.residencies.of_person(person_id) if r.estate_id == staff.estate_id]
        if not stays or estate is None:
            raise NotFound("person.unknown", "no such person in this estate")
        known_as = stores.people.person(person_id)
        birth = known_as.birth_year_month if known_as is not None else ""
        name = phone = born = ""
        if purpose is not None:
            known = names(house, stores, staff, [person_id], purpose)[person_id]
            name, phone, born = known.name, known.phone_masked, birth
        credentials = stores.credentials.of_person(person_id, staff.estate_id)
        return PersonPage(
            person_id=person_id,
            name=name,
            phone_masked=phone,
            born=born,
            child=is_younger(birth, CHILD_BELOW, now, estate.timezone),
            account=bool(stores.people.accounts_of(person_id)),
            stays=tuple(_stay(stores, r, name, now) for r in sorted(stays, key=lambda r: -r.requested_at)),
            cards=tuple(_card(c) for c in credentials if c.kind is CredentialKind.CARD),
            answers=_answers(stores, person_id, staff.estate_id, now),
            face=_face(house, stores, person_id, estate, credentials, now),
        )


def _shown(stays: Sequence[Residency], now: int) -> list[Residency]:
    return [r for r in stays if r.status in _SHOWN and r.valid_to > now]


def _household_row(
    stores: Stores, household: Household, stays: Sequence[Residency], known: dict[str, str], now: int
) -> HouseholdRow:
    building = stores.places.building(household.building_id)
    return HouseholdRow(
        household.id,
        household.label,
        building.name_zh if building else "",
        building.name_en if building else "",
        tuple(_stay(stores, r, known.get(r.person_id, ""), now) for r in stays),
    )


def _stay(stores: Stores, residency: Residency, name: str, now: int) -> Stay:
    household = stores.places.household(residency.household_id)
    building = stores.places.building(residency.building_id)
    return Stay(
        residency_id=residency.id,
        person_id=residency.person_id,
        household=household.label if household else "",
        building_zh=building.name_zh if building else "",
        building_en=building.name_en if building else "",
        role=residency.role,
        status=residency.status,
        valid_from=residency.valid_from,
        until=_end(residency.valid_to),
        live=residency.is_live(now),
        reason=residency.reason,
        name=name,
    )


def _card(credential: Credential) -> Card:
    return Card(credential.id, credential.label, credential.status, _end(credential.valid_to))


def _answers(stores: Stores, person_id: str, estate_id: str, now: int) -> tuple[Answer, ...]:
    latest = (stores.consents.latest(person_id, estate_id, purpose) for purpose in Purpose)
    return tuple(
        Answer(c.purpose, c.status, c.channel.value, c.decided_at, c.is_live(now), c.guardian_id is not None)
        for c in latest
        if c is not None
    )


def _face(
    house: House, stores: Stores, person_id: str, estate: Estate, credentials: Sequence[Credential], now: int
) -> FaceState:
    tries = stores.faces.enrolments_of(person_id, estate.id)
    latest = max(tries, key=lambda one: one.created_at, default=None)
    agreed = face_is_agreed(stores, person_id, estate.id, now)
    in_gate = not agreed and use_is_agreed(stores, person_id, estate.id, now) is not None
    return FaceState(
        offered=estate.face_enabled,
        agreed=agreed,
        in_gate=in_gate,
        gates=places(stores, person_id, estate.id, now) if in_gate and estate.face_enabled else (),
        kept=tuple(one.doors for one in kept_of(stores, person_id, estate.id) if not one.ended),
        code=open_code(stores, person_id, estate.id, now) if in_gate else None,
        active=any(
            c.kind is CredentialKind.FACE and c.status is CredentialStatus.ACTIVE and now < c.valid_to
            for c in credentials
        ),
        latest=latest.status if latest else None,
        desk="desk" in house.policy.photo_channels,
    )


def _end(valid_to: int) -> int | None:
    return None if valid_to >= FOREVER else valid_to


def live_stay(page: PersonPage, residency_id: str) -> Stay:
    """A stay of the person that is in force. Raises NotFound ``residency.unknown``."""
    found = next((stay for stay in page.stays if stay.residency_id == residency_id and stay.live), None)
    if found is None:
        raise NotFound("residency.unknown", "no such stay in force")
    return found
