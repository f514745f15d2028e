"""The estate's reports to all owners: staff publish, residents acknowledge that they have read, nothing more.

A report is immutable once published and known by its hash. To acknowledge is no consent: nobody's access depends on
it. A text that makes face sound like a must is refused, as in notices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import rfc8785

from access.domain.consent import Channel
from access.domain.errors import NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.reports import Acknowledgement, Report
from access.domain.residency import Residency, Role
from access.domain.staff import Staff
from access.services.house import House
from access.services.publish_notice import checked_body, checked_title
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class Shown:
    """A report as a resident sees it.

    Attributes:
        acknowledged: the person has said that they read it.
        asked: the person is asked to: it was published while they lived here.
    """

    report: Report
    acknowledged: bool
    asked: bool


def publish(house: House, staff: Staff, title_zh: str, title_en: str, body_zh: str, body_en: str) -> Report:
    """Publish a report; residents are asked to acknowledge it from now on.

    Raises:
        InvalidInput: ``notice.title``, ``notice.body``, ``notice.face_must``.
        Conflict: ``report.published`` when a colleague published at the same moment.
    """
    titles = checked_title(title_zh, "title_zh"), checked_title(title_en, "title_en")
    bodies = checked_body(body_zh, "body_zh"), checked_body(body_en, "body_en")
    at = house.clock.now()
    with house.db.transaction() as stores:
        number = len(stores.reports.of_estate(staff.estate_id)) + 1
        digest = _hash(staff.estate_id, number, *titles, *bodies)
        report = Report(new_id(), staff.estate_id, number, *titles, *bodies, digest, staff.id, at)
        stores.reports.publish(report)
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id, "number": number, "hash": digest}
        stores.audit.append(f"staff:{staff.id}", "staff:report:publish", report.id, details, at)
    return report


def shown_to(house: House, person_id: str, estate_id: str) -> tuple[Shown, ...]:
    """The estate's reports for one who lives there, newest first; empty for anybody else."""
    now = house.clock.now()
    with house.db.reading() as stores:
        homes = _homes(stores, person_id, estate_id, now)
        if not homes:
            return ()
        read, since = stores.reports.acknowledged_by(person_id), min(home.valid_from for home in homes)
        return tuple(
            Shown(one, one.id in read, one.id not in read and one.published_at >= since)
            for one in stores.reports.of_estate(estate_id)
        )


def waiting(stores: Stores, person_id: str, estate_id: str, now: int) -> Report | None:
    """The newest report that the person is asked to acknowledge, among the caller's look-ups."""
    homes = _homes(stores, person_id, estate_id, now)
    if not homes:
        return None
    read, since = stores.reports.acknowledged_by(person_id), min(home.valid_from for home in homes)
    asked = (one for one in stores.reports.of_estate(estate_id) if one.id not in read and one.published_at >= since)
    return next(asked, None)


def report(house: House, person_id: str, report_id: str) -> Shown:
    """One report, for one who lives in its estate. Raises NotFound ``report.unknown``."""
    with house.db.reading() as stores:
        found = stores.reports.get(report_id)
    mine = shown_to(house, person_id, found.estate_id) if found is not None else ()
    chosen = next((one for one in mine if one.report.id == report_id), None)
    if chosen is None:
        raise NotFound("report.unknown", "no such report")
    return chosen


def acknowledge(house: House, person_id: str, report_id: str, channel: Channel) -> bool:
    """Say that one has read a report; False when it was said before.

    Raises:
        NotFound: ``report.unknown``. NotPermitted: ``report.not_yours`` for one who does not live there.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        found = stores.reports.get(report_id)
        if found is None:
            raise NotFound("report.unknown", "no such report")
        homes = _homes(stores, person_id, found.estate_id, now)
        if not homes:
            raise NotPermitted("report.not_yours", "only residents acknowledge a report")
        home = homes[0]
        said = Acknowledgement(report_id, person_id, home.household_id, home.role, channel, now)
        if not stores.reports.acknowledge(said):
            return False
        details: dict[str, str | int | bool | None] = {"estate": found.estate_id, "channel": channel}
        stores.audit.append(f"person:{person_id}", "person:report:acknowledge", report_id, details, now)
        return True


def _homes(stores: Stores, person_id: str, estate_id: str, now: int) -> Sequence[Residency]:
    """Live stays in the estate, those as an owner first."""
    mine = stores.residencies.of_person(person_id)
    live = (r for r in mine if r.estate_id == estate_id and r.is_live(now))
    return sorted(live, key=lambda r: (r.role is not Role.OWNER, r.valid_from))


def _hash(estate_id: str, number: int, title_zh: str, title_en: str, body_zh: str, body_en: str) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON (RFC 8785) of both languages, the estate and the number."""
    text: dict[str, str | int] = {
        "estate": estate_id,
        "number": number,
        "title_zh": title_zh,
        "title_en": title_en,
        "body_zh": body_zh,
        "body_en": body_en,
    }
    return hashlib.sha256(rfc8785.dumps(dict(text))).hexdigest()
