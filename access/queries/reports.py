"""Who has acknowledged a report to all owners, by household; names only with a purpose, each read recorded."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.errors import NotFound
from access.domain.reading import ReadPurpose
from access.domain.reports import Acknowledgement, Report
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.staff import Staff
from access.queries.labels import natural
from access.queries.named import names
from access.queries.paging import Page, page_of
from access.services.house import House
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class Said:
    """One who acknowledged. `name` is empty unless read with a purpose."""

    person_id: str
    name: str
    role: Role
    channel: str
    at: int


@dataclass(frozen=True, slots=True)
class HouseholdReading:
    """A household that is lived in.

    Attributes:
        owners: owners who live there now.
        owners_read: how many of them have acknowledged.
        said: everybody of the household who has.
    """

    label: str
    owners: int
    owners_read: int
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a report has come.

    Attributes:
        owner_households: households with an owner living there.
        read_households: those of them where an owner has acknowledged.
    """

    report: Report
    owner_households: int
    read_households: int
    people: int
    rows: Page[HouseholdReading]


@dataclass(frozen=True, slots=True)
class Line:
    """A report in the list."""

    report: Report
    owner_households: int
    read_households: int


def listed(house: House, staff: Staff) -> tuple[Line, ...]:
    """The estate's reports, newest first, each with its count."""
    now = house.clock.now()
    with house.db.reading() as stores:
        homes = _by_household(stores, staff.estate_id, now)
        lines = []
        for report in stores.reports.of_estate(staff.estate_id):
            read = {one.person_id for one in stores.reports.acknowledgements(report.id)}
            lines.append(Line(report, *_count(homes, read)))
        return tuple(lines)


def reading(house: House, staff: Staff, report_id: str, offset: int, purpose: ReadPurpose | None) -> Reading:
    """One report with the households that have acknowledged it, those that have not first.

    Raises:
        NotFound: ``report.unknown``, also for another estate's.
    """
    now = house.clock.now()
    with house.db.reading() if purpose is None else house.db.transaction() as stores:
        report = stores.reports.get(report_id)
        if report is None or report.estate_id != staff.estate_id:
            raise NotFound("report.unknown", "no such report in this estate")
        said = {one.person_id: one for one in stores.reports.acknowledgements(report_id)}
        homes = _by_household(stores, staff.estate_id, now)
        ordered = sorted(homes.items(), key=lambda one: (_has_read(one[1], set(said)), natural(one[0])))
        page = page_of(ordered, offset)
        known: dict[str, str] = {}
        if purpose is not None:
            people = [r.person_id for _, stays in page.rows for r in stays if r.person_id in said]
            known = {who: data.name for who, data in names(house, stores, staff, people, purpose).items()}
        rows = tuple(_row(label, stays, said, known) for label, stays in page.rows)
        return Reading(report, *_count(homes, set(said)), len(said), Page(rows, page.offset, page.more))


def _by_household(stores: Stores, estate_id: str, now: int) -> dict[str, list[Residency]]:
    """Live stays by the household's label."""
    labels = {household.id: household.label for household in stores.places.households(estate_id)}
    found: dict[str, list[Residency]] = {}
    for residency in stores.residencies.of_estate(estate_id, ResidencyStatus.APPROVED):
        if residency.is_live(now):
            found.setdefault(labels.get(residency.household_id, ""), []).append(residency)
    return found


def _count(homes: dict[str, list[Residency]], read: set[str]) -> tuple[int, int]:
    owned = [stays for stays in homes.values() if any(r.role is Role.OWNER for r in stays)]
    return len(owned), sum(_has_read(stays, read) for stays in owned)


def _has_read(stays: list[Residency], read: set[str]) -> bool:
    return any(r.role is Role.OWNER and r.person_id in read for r in stays)


def _row(
    label: str, stays: list[Residency], said: dict[str, Acknowledgement], known: dict[str, str]
) -> HouseholdReading:
    owners = {r.person_id for r in stays if r.role is Role.OWNER}
    people = {r.person_id: r.role for r in stays if r.person_id in said}
    return HouseholdReading(
        label=label,
        owners=len(owners),
        owners_read=len(owners & set(said)),
        said=tuple(
            Said(who, known.get(who, ""), role, said[who].channel.value, said[who].at)
            for who, role in people.items()
        ),
    )
