"""Requests by an authority, one case at a time: open, two approvals, one export by somebody else, told afterwards.

There is no list to watch, no standing account and no address for an authority: staff answer a paper.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from access.domain.disclosure import (
    APPROVERS,
    CASE_LIFE,
    LONGEST_SILENCE,
    Approval,
    Case,
    CaseState,
    Field,
    plain_words,
)
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.ids import is_id, new_id
from access.domain.reading import ReadPurpose
from access.domain.staff import Staff, StaffRole
from access.services.disclosed import reader_of, signed_export
from access.services.house import House
from access.services.messages import notify
from access.services.personal_data import Reader, read_names
from access.stores import Stores

MAX_SCAN = 10_000_000
MAX_WORDS = 120
_CHANGES = ("create", "roles", "reset", "enable")
_HANDLERS = frozenset({StaffRole.AUDIT, StaffRole.SECURITY})
_APPROVERS = frozenset({StaffRole.AUDIT, StaffRole.OPERATIONS, StaffRole.SECURITY})


@dataclass(frozen=True, slots=True)
class Paper:
    """What the authority's paper says.

    Attributes:
        scan: of the paper itself, at most 10 MB; kept sealed.
        person_id, access_point_id: one of the two, never both; an id, never a pattern.
        since, until: instants, end exclusive, all in the past.
        tell_at: when the law lets the resident be told; None for the day of the export.
    """

    agency: str
    document: str
    scan: bytes
    article: str
    person_id: str | None
    access_point_id: str | None
    since: int
    until: int
    fields: frozenset[Field]
    tell_at: int | None = None


def open_case(house: House, staff: Staff, paper: Paper) -> Case:
    """Put a request on file. Nothing is read yet.

    Raises:
        NotPermitted: ``staff.role`` without the audit or security role.
        InvalidInput: ``disclosure.words``, ``disclosure.wildcard``, ``disclosure.scan``, ``disclosure.target``,
            ``disclosure.window``, ``disclosure.future``, ``disclosure.fields``, ``disclosure.silence``.
        NotFound: ``person.unknown``, ``access_point.unknown``: not of this estate.
    """
    _must_hold(staff, _HANDLERS)
    now = house.clock.now()
    case = _case(paper, staff, now)
    with house.db.transaction() as stores:
        _must_be_here(stores, case)
        stores.disclosures.open(case, house.keyring.seal_document(stores, staff.estate_id, paper.scan))
        _note(stores, staff, "open", case, now)
    return case


def approve(house: House, staff: Staff, case_id: str, given: bool) -> Case:
    """Say yes or no. Two different people say yes, one of them of the audit role; one no ends the case.

    Raises:
        NotPermitted: ``staff.role``; ``disclosure.same_person`` for whoever opened the case or approved it
            already, under this or another account; ``disclosure.fresh_account`` for one made or changed since.
        Conflict: ``disclosure.state`` when it is no longer open, ``disclosure.lapsed`` after 14 days.
    """
    _must_hold(staff, _APPROVERS)
    now = house.clock.now()
    with house.db.transaction() as stores:
        case = _open_case(stores, staff, case_id, CaseState.OPEN, now)
        _must_have_stood(stores, staff, case)
        spoken = stores.disclosures.approvals(case.id)
        _must_be_somebody_else(house, stores, staff, [case.opened_by, *(one.staff_id for one in spoken)])
        if given and len(spoken) == APPROVERS - 1 and not _has_audit(stores, [staff.id, spoken[0].staff_id]):
            raise NotPermitted("staff.role", "one of the two approvers is of the audit role")
        stores.disclosures.approve(Approval(case.id, staff.id, given, now))
        _note(stores, staff, "approve" if given else "refuse", case, now)
        if not given:
            case = _move(stores, case, replace(case, state=CaseState.REFUSED))
        elif len(spoken) + 1 >= APPROVERS:
            case = _move(stores, case, replace(case, state=CaseState.APPROVED))
    return case


def identify(house: House, staff: Staff, case_id: str) -> str:
    """Name of the person whom an open case is about, so that an approver can hold it against the paper.

    The person is shown the look when the law lets them be told of the case; who looked stands in the audit chain.
    Whoever opened the case is refused: so nobody alone reads a name that is shown to its owner only later.

    Raises:
        NotPermitted: ``staff.role``, ``disclosure.same_person``, ``disclosure.fresh_account``.
        Conflict: ``disclosure.state`` unless open, ``disclosure.lapsed`` after 14 days.
        NotFound: ``disclosure.unknown``; ``person.unknown`` where the case names a door.
    """
    _must_hold(staff, _APPROVERS)
    now = house.clock.now()
    with house.db.transaction() as stores:
        case = _open_case(stores, staff, case_id, CaseState.OPEN, now)
        _must_have_stood(stores, staff, case)
        _must_be_somebody_else(house, stores, staff, [case.opened_by])
        if case.person_id is None:
            raise NotFound("person.unknown", "the case names a door")
        _note(stores, staff, "identify", case, now)
        reader = Reader(reader_of(case), ReadPurpose.DISCLOSURE, now)
        return read_names(stores, house.keyring, [case.person_id], reader)[case.person_id]


def export(house: House, staff: Staff, case_id: str) -> str:
    """The signed export, once; who exports has not approved. It expires after 72 hours.

    Raises:
        NotPermitted: ``staff.role``, ``disclosure.same_person``, ``disclosure.fresh_account``.
        Conflict: ``disclosure.state`` unless approved, ``disclosure.lapsed`` after 14 days.
    """
    _must_hold(staff, _HANDLERS)
    now = house.clock.now()
    with house.db.transaction() as stores:
        case = _open_case(stores, staff, case_id, CaseState.APPROVED, now)
        _must_have_stood(stores, staff, case)
        approved_by = [one.staff_id for one in stores.disclosures.approvals(case.id)]
        _must_be_somebody_else(house, stores, staff, approved_by)
        text = signed_export(house, stores, case, now)
        digest = hashlib.sha256(text.encode()).hexdigest()
        done = replace(
            case,
            state=CaseState.EXPORTED,
            exported_by=staff.id,
            exported_at=now,
            export_hash=digest,
            tell_at=max(case.tell_at, now),
        )
        _move(stores, case, done)
        _note(stores, staff, "export", done, now, sha256=digest)
    return text


def tell_residents(house: House) -> int:
    """Tell the residents of exported cases whose time has come; how many cases. A periodic duty."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        due = stores.disclosures.to_tell(now)
        for case in due:
            for person_id in sorted(stores.audit.people_read_by(reader_of(case), 0)):
                _tell(house, stores, case, person_id, now)
            stores.disclosures.told(case.id, now)
            stores.audit.append("job", "disclosure:told", case.id, {"estate": case.estate_id}, now)
    return len(due)


def cases(house: House, staff: Staff) -> tuple[Case, ...]:
    """Cases of the estate, newest first. Raises NotPermitted ``staff.role``."""
    _must_hold(staff, _APPROVERS)
    with house.db.reading() as stores:
        return tuple(stores.disclosures.of_estate(staff.estate_id))


def scan(house: House, staff: Staff, case_id: str) -> bytes:
    """The paper, for whoever has to decide. Raises NotPermitted ``staff.role``, NotFound ``disclosure.unknown``."""
    _must_hold(staff, _APPROVERS)
    with house.db.transaction() as stores:
        case = _of_estate(stores, staff, case_id)
        _note(stores, staff, "read", case, house.clock.now())
        return house.keyring.open_document(stores, case.estate_id, stores.disclosures.scan(case.id) or b"")


def _case(paper: Paper, staff: Staff, now: int) -> Case:
    if not 1 <= len(paper.scan) <= MAX_SCAN:
        raise InvalidInput("disclosure.scan", "attach the scan of the paper, at most 10 MB", field="scan")
    for target in (paper.person_id, paper.access_point_id):
        if target is not None and not is_id(target):
            raise InvalidInput("disclosure.wildcard", "one person or one door, by its id", field="target")
    tell_at = now if paper.tell_at is None else paper.tell_at
    if not now <= tell_at <= now + LONGEST_SILENCE:
        raise InvalidInput("disclosure.silence", "residents are told within a year", field="tell_at")
    return Case(
        id=new_id(),
        estate_id=staff.estate_id,
        agency=plain_words(paper.agency, "agency", MAX_WORDS),
        document=plain_words(paper.document, "document", MAX_WORDS),
        scan_hash=hashlib.sha256(paper.scan).hexdigest(),
        article=plain_words(paper.article, "article", MAX_WORDS),
        person_id=paper.person_id,
        access_point_id=paper.access_point_id,
        since=paper.since,
        until=paper.until,
        fields=paper.fields,
        state=CaseState.OPEN,
        opened_by=staff.id,
        opened_at=now,
        tell_at=tell_at,
    )


def _must_be_here(stores: Stores, case: Case) -> None:
    if case.person_id is not None:
        homes = stores.residencies.of_person(case.person_id)
        if not any(home.estate_id == case.estate_id for home in homes):
            raise NotFound("person.unknown", "no such person in this estate")
        return
    point = stores.places.access_point(case.access_point_id or "")
    if point is None or point.estate_id != case.estate_id:
        raise NotFound("access_point.unknown", "no such access point in this estate")


def _must_hold(staff: Staff, roles: frozenset[StaffRole]) -> None:
    if not staff.roles & roles:
        raise NotPermitted("staff.role", "another role does this")


def _must_be_somebody_else(house: House, stores: Stores, staff: Staff, others: list[str]) -> None:
    """Nor the same person by a second account: the same authenticator, or the same name on the badge."""
    marks: tuple[Callable[[Staff], object], ...] = (
        lambda one: one.id,
        lambda one: _badge(one.display_name),
        lambda one: house.keyring.open_staff(one.totp_secret, one.id),
    )
    for other in (stores.staff.get(staff_id) for staff_id in others):
        if other is None or any(mark(other) == mark(staff) for mark in marks):
            raise NotPermitted("disclosure.same_person", "this needs another person")


def _must_have_stood(stores: Stores, staff: Staff, case: Case) -> None:
    """An account that was made, or came into other hands, after the case was opened may be its opener's own."""
    changed = (stores.audit.last_at(f"staff:account:{what}", staff.id) for what in _CHANGES)
    if any(at is not None and at > case.opened_at for at in changed):
        raise NotPermitted("disclosure.fresh_account", "this account was made or changed after the case was opened")


def _badge(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _has_audit(stores: Stores, staff_ids: list[str]) -> bool:
    found = (stores.staff.get(staff_id) for staff_id in staff_ids)
    return any(one is not None and StaffRole.AUDIT in one.roles for one in found)


def _open_case(stores: Stores, staff: Staff, case_id: str, state: CaseState, now: int) -> Case:
    case = _of_estate(stores, staff, case_id)
    if case.state is not state:
        raise Conflict("disclosure.state", f"the case is {case.state}, not {state}")
    if now >= case.opened_at + CASE_LIFE:
        raise Conflict("disclosure.lapsed", "the case is older than 14 days: ask for a new paper")
    return case


def _of_estate(stores: Stores, staff: Staff, case_id: str) -> Case:
    case = stores.disclosures.get(case_id)
    if case is None or case.estate_id != staff.estate_id:
        raise NotFound("disclosure.unknown", "no such case in this estate")
    return case


def _move(stores: Stores, before: Case, after: Case) -> Case:
    if not stores.disclosures.update(after, before.state):
        raise Conflict("disclosure.state", "a colleague was a moment faster")
    return after


def _tell(house: House, stores: Stores, case: Case, person_id: str, now: int) -> None:
    person = stores.people.person(person_id)
    if person is not None and person.closed_at is None:
        notify(house, stores, person_id, "disclosed", now, agency=case.agency, document=case.document)


def _note(stores: Stores, staff: Staff, action: str, case: Case, now: int, **more: str) -> None:
    details: dict[str, str | int | bool | None] = {
        "estate": case.estate_id,
        "scan": case.scan_hash,
        "target": case.person_id or case.access_point_id,
        **more,
    }
    stores.audit.append(f"staff:{staff.id}", f"staff:disclosure:{action}", case.id, details, now)
