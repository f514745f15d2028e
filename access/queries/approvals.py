"""What waits for staff: residencies to decide, enrolments to look at, and the counts of the first page."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.ages import CHILD_BELOW, is_younger
from access.domain.enrolment import EnrolmentStatus
from access.domain.errors import NotFound
from access.domain.incidents import LOG_KINDS
from access.domain.reading import ReadPurpose
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.staff import Staff
from access.domain.times import DAY, FOREVER
from access.queries.named import names
from access.queries.paging import Page, page_of
from access.services.gate_modes import open_proposals
from access.services.house import House
from access.stores import Stores

_MOST_INCIDENTS = 100


@dataclass(frozen=True, slots=True)
class Request:
    """A residency that waits, without a name.

    Attributes:
        until: end instant, None where the stay has none.
    """

    residency_id: str
    person_id: str
    household: str
    building_zh: str
    building_en: str
    role: Role
    status: ResidencyStatus
    requested_at: int
    until: int | None


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """All that a decision needs.

    Attributes:
        living_there: people whose stay in the household is in force.
        owners_there: how many of them are owners.
        other_stays: the person's own live stays in the estate.
        child: under fourteen; an adult of the household asked for them and answered as their guardian.
    """

    request: Request
    name: str
    phone_masked: str
    living_there: int
    owners_there: int
    other_stays: int
    child: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A face enrolment that staff are to look at. Whom it resembles is not part of it.

    Attributes:
        in_person: no movement was made: a picture taken at the desk is compared before the face is used.
    """

    enrolment_id: str
    person_id: str
    households: tuple[str, ...]
    channel: str
    created_at: int
    in_person: bool


@dataclass(frozen=True, slots=True)
class ReviewDetail:
    review: Review
    name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The counts of the first page.

    Attributes:
        modes: proposals to unlock or lock down that wait for a second person.
        incidents: reports of the last day; counted up to a hundred.
        requests: residents' requests about their data to be answered; some of them late.
        cases: of authorities, to be approved or exported.
    """

    approvals: int
    reviews: int
    gates: int
    gates_offline: int
    erasures_open: int
    erasures_overdue: int
    modes: int
    incidents: int
    requests: int
    requests_overdue: int
    cases: int


def waiting(house: House, staff: Staff) -> Waiting:
    """What waits in the staff member's estate."""
    now, proposals = house.clock.now(), open_proposals(house, staff)
    with house.db.reading() as stores:
        gates = [gate for gate in stores.gates.gates(staff.estate_id) if gate.revoked_at is None]
        holdings = stores.erasures.outstanding(staff.estate_id)
        requests = [one for one in stores.rights.open() if one.estate_id == staff.estate_id]
        return Waiting(
            approvals=len(stores.residencies.of_estate(staff.estate_id, ResidencyStatus.PENDING)),
            reviews=len(_reviews(stores, staff.estate_id)),
            gates=len(gates),
            gates_offline=sum(not gate.is_online(now) for gate in gates),
            erasures_open=len(holdings),
            erasures_overdue=sum(holding.is_overdue(now) for holding in holdings),
            modes=len(proposals),
            incidents=len(
                stores.gates.logged(staff.estate_id, LOG_KINDS, None, now - DAY, now + 1, 0, _MOST_INCIDENTS)
            ),
            requests=len(requests),
            requests_overdue=sum(one.is_overdue(now) for one in requests),
            cases=sum(case.is_under_way(now) for case in stores.disclosures.of_estate(staff.estate_id)),
        )


def pending(house: House, staff: Staff, offset: int) -> Page[Request]:
    """Residencies to decide, the longest waiting first."""
    with house.db.reading() as stores:
        found = sorted(
            stores.residencies.of_estate(staff.estate_id, ResidencyStatus.PENDING), key=lambda r: r.requested_at
        )
        page = page_of(found, offset)
        return Page(tuple(_request(stores, r) for r in page.rows), page.offset, page.more)


def request_detail(house: House, staff: Staff, residency_id: str) -> RequestDetail:
    """One residency with the name of who asks; the read is recorded under ``decide_residency``.

    Raises:
        NotFound: ``residency.unknown``, also for another estate's.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        residency = stores.residencies.get(residency_id)
        if residency is None or residency.estate_id != staff.estate_id:
            raise NotFound("residency.unknown", "no such residency in this estate")
        person_id = residency.person_id
        known = names(house, stores, staff, [person_id], ReadPurpose.DECIDE_RESIDENCY)[person_id]
        there = [
            r
            for r in stores.residencies.of_household(residency.household_id)
            if r.is_live(now) and r.id != residency_id
        ]
        mine = [
            r
            for r in stores.residencies.of_person(person_id)
            if r.estate_id == staff.estate_id and r.is_live(now) and r.id != residency_id
        ]
        return RequestDetail(
            request=_request(stores, residency),
            name=known.name,
            phone_masked=known.phone_masked,
            living_there=len({r.person_id for r in there}),
            owners_there=len({r.person_id for r in there if r.role is Role.OWNER}),
            other_stays=len(mine),
            child=_is_child(stores, person_id, staff.estate_id, now),
        )


def _is_child(stores: Stores, person_id: str, estate_id: str, now: int) -> bool:
    person, estate = stores.people.person(person_id), stores.places.estate(estate_id)
    born = person.birth_year_month if person is not None else ""
    return estate is not None and is_younger(born, CHILD_BELOW, now, estate.timezone)


def reviews(house: House, staff: Staff, offset: int) -> Page[Review]:
    """Enrolments to look at, the longest waiting first."""
    with house.db.reading() as stores:
        return page_of(_reviews(stores, staff.estate_id), offset)


def review_detail(house: House, staff: Staff, enrolment_id: str) -> ReviewDetail:
    """One enrolment with the person's name, to compare with their papers; recorded under ``manage_residents``.

    Raises:
        NotFound: ``enrolment.unknown``.
    """
    with house.db.transaction() as stores:
        found = {review.enrolment_id: review for review in _reviews(stores, staff.estate_id)}
        if enrolment_id not in found:
            raise NotFound("enrolment.unknown", "no such enrolment waits")
        review = found[enrolment_id]
        known = names(house, stores, staff, [review.person_id], ReadPurpose.MANAGE_RESIDENTS)
        return ReviewDetail(review, known[review.person_id].name)


def _reviews(stores: Stores, estate_id: str) -> list[Review]:
    """Those not overtaken by a newer try of the same person."""
    found = []
    for enrolment in sorted(stores.faces.in_review(estate_id), key=lambda one: one.created_at):
        tries = stores.faces.enrolments_of(enrolment.person_id, estate_id)
        newest = max(tries, key=lambda one: one.created_at)
        if newest.created_at > enrolment.created_at and newest.status is not EnrolmentStatus.REVIEW:
            continue
        stays = [r for r in stores.residencies.of_person(enrolment.person_id) if r.estate_id == estate_id]
        labels = [h.label for h in (stores.places.household(r.household_id) for r in stays) if h]
        found.append(
            Review(
                enrolment.id,
                enrolment.person_id,
                tuple(labels),
                enrolment.channel.value,
                enrolment.created_at,
                enrolment.in_person,
            )
        )
    return found


def _request(stores: Stores, residency: Residency) -> Request:
    household = stores.places.household(residency.household_id)
    building = stores.places.building(residency.building_id)
    return Request(
        residency_id=residency.id,
        person_id=residency.person_id,
        household=household.label if household else "",
        building_zh=building.name_zh if building else "",
        building_en=building.name_en if building else "",
        role=residency.role,
        status=residency.status,
        requested_at=residency.requested_at,
        until=None if residency.valid_to >= FOREVER else residency.valid_to,
    )
