"""The impact assessment before face: filed by the data-protection role, current, and asked for (law L7, L10).

Face is switched on here and nowhere else. Without a current assessment it goes off again; pass and card stay.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from access.domain.assessment import (
    ASSESSMENT_KEEP,
    FILE_AT,
    FILING_DAYS,
    LONGEST_REVIEW,
    WARN_AT,
    Assessment,
    Filing,
    Mark,
)
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.places import Estate
from access.domain.staff import Staff, StaffRole
from access.domain.times import DAY
from access.domain.working_days import end_of_term
from access.services.house import House
from access.stores import Stores

MIN_WORDS = 20
MAX_WORDS = 20_000
MAX_NAME = 120
MAX_ATTACHMENT = 10_000_000
REMIND = 30 * DAY
"""How long before its review an assessment is listed as due."""
FILING_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Form:
    """What an assessment says; see `access.domain.assessment.Assessment`.

    Attributes:
        attachment: the document itself, at most 10 MB; kept sealed.
    """

    purpose: str
    effects: str
    measures: str
    officer: str
    attachment_name: str
    attachment: bytes
    review_by: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an estate stands.

    Attributes:
        due: the review comes within 30 days, has passed, or a mark fell on it.
    """

    newest: Assessment | None
    current: bool
    due: bool
    face_enabled: bool


def file_assessment(house: House, staff: Staff, form: Form) -> Assessment:
    """Put an assessment on file; it counts from now on.

    Raises:
        NotPermitted: ``staff.role`` without the audit role.
        InvalidInput: ``assessment.words``, ``assessment.name``, ``assessment.attachment``, ``assessment.review``
            (in the future, within 366 days).
    """
    _must_be_audit(staff)
    now = house.clock.now()
    assessment = _checked(form, staff, now)
    with house.db.transaction() as stores:
        stores.assessments.file(assessment, house.keyring.seal_document(stores, staff.estate_id, form.attachment))
        details: dict[str, str | int | bool | None] = {
            "estate": staff.estate_id,
            "attachment": assessment.attachment_hash,
            "review_by": assessment.review_by,
        }
        stores.audit.append(f"staff:{staff.id}", "staff:assessment:file", assessment.id, details, now)
    return assessment


def attachment(house: House, staff: Staff, assessment_id: str) -> bytes:
    """The document as filed. Raises NotPermitted ``staff.role``, NotFound ``assessment.unknown``."""
    _must_be_audit(staff)
    with house.db.reading() as stores:
        if assessment_id not in {one.id for one in stores.assessments.of_estate(staff.estate_id)}:
            raise NotFound("assessment.unknown", "no such assessment in this estate")
        sealed = stores.assessments.attachment(assessment_id) or b""
        return house.keyring.open_document(stores, staff.estate_id, sealed)


def switch_face(house: House, staff: Staff, on: bool) -> None:
    """Offer face at the estate, or stop offering it. Off, nobody is asked and no face opens a door.

    Raises:
        NotPermitted: ``staff.role``; ``face.assessment`` without a current assessment.
        Conflict: ``face.same`` when nothing changes.
    """
    _must_be_audit(staff)
    now = house.clock.now()
    with house.db.transaction() as stores:
        estate = _estate(stores, staff.estate_id)
        if estate.face_enabled is on:
            raise Conflict("face.same", "face stands so already")
        newest = stores.assessments.newest(estate.id)
        if on and (newest is None or not newest.is_current(now)):
            raise NotPermitted("face.assessment", "no current impact assessment is on file")
        _set_face(stores, estate, on, f"staff:{staff.id}", now)


def mark(house: House, staff: Staff, why: Mark) -> None:
    """A purpose changed, or there was an incident: assess anew. Face goes off until that is done.

    Raises:
        NotPermitted: ``staff.role``. Conflict: ``assessment.marked`` when there is none, or it is marked already.
    """
    _must_be_audit(staff)
    now = house.clock.now()
    with house.db.transaction() as stores:
        newest = stores.assessments.newest(staff.estate_id)
        if newest is None or not stores.assessments.mark(newest.id, why, now):
            raise Conflict("assessment.marked", "nothing on file, or marked already")
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id, "why": why}
        stores.audit.append(f"staff:{staff.id}", "staff:assessment:mark", newest.id, details, now)
        estate = _estate(stores, staff.estate_id)
        if estate.face_enabled:
            _set_face(stores, estate, False, f"staff:{staff.id}", now)


def standing(house: House, estate_id: str) -> Standing:
    """Where the estate stands, for the console."""
    now = house.clock.now()
    with house.db.reading() as stores:
        newest = stores.assessments.newest(estate_id)
        current = newest is not None and newest.is_current(now)
        due = newest is None or not newest.is_current(now + REMIND)
        return Standing(newest, current, due, _estate(stores, estate_id).face_enabled)


def enforce(house: House) -> int:
    """Switch face off wherever the assessment is no longer current; how many estates. A periodic duty."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        stores.assessments.delete_before(now - ASSESSMENT_KEEP)
        lapsed = [e for e in stores.places.estates() if e.face_enabled and not _is_current(stores, e.id, now)]
        for estate in lapsed:
            _set_face(stores, estate, False, "job", now)
            stores.audit.append("job", "alarm:assessment:lapsed", estate.id, {"estate": estate.id}, now)
    return len(lapsed)


def count_faces(house: House) -> int:
    """Count the distinct people with a stored face; begin the filing term at 100,000. A periodic duty.

    Returns:
        The count; thresholds that were reached stand in `filings`.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        people = stores.faces.count_people()
        for threshold, due in ((WARN_AT, None), (FILE_AT, end_of_term(now, FILING_DAYS, FILING_ZONE))):
            if people >= threshold and stores.assessments.reach(Filing(threshold, people, now, due)):
                details: dict[str, str | int | bool | None] = {"people": people, "due_at": due}
                stores.audit.append("job", "alarm:faces:many", str(threshold), details, now)
    return people


def filings(house: House) -> tuple[Filing, ...]:
    """Thresholds reached, the lower first."""
    with house.db.reading() as stores:
        return tuple(stores.assessments.filings())


def record_filing(house: House) -> None:
    """The operator has filed with the administration; ends the term.

    Raises:
        Conflict: ``filing.none`` when no term runs.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        if not stores.assessments.filed(FILE_AT, now):
            raise Conflict("filing.none", "no filing term is running")
        stores.audit.append("cli", "operator:faces:filed", str(FILE_AT), {}, now)


def _set_face(stores: Stores, estate: Estate, on: bool, actor: str, now: int) -> None:
    stores.places.save_estate(replace(estate, face_enabled=on))
    stores.places.bump_policy(estate.id)
    kind = actor.partition(":")[0]
    stores.audit.append(actor, f"{kind}:face:{'on' if on else 'off'}", estate.id, {"estate": estate.id}, now)


def _is_current(stores: Stores, estate_id: str, now: int) -> bool:
    newest = stores.assessments.newest(estate_id)
    return newest is not None and newest.is_current(now)


def _checked(form: Form, staff: Staff, now: int) -> Assessment:
    if not 1 <= len(form.attachment) <= MAX_ATTACHMENT:
        raise InvalidInput("assessment.attachment", "attach the document, at most 10 MB", field="attachment")
    if not now < form.review_by <= now + LONGEST_REVIEW:
        raise InvalidInput("assessment.review", "name a day of review within a year", field="review_by")
    return Assessment(
        id=new_id(),
        estate_id=staff.estate_id,
        purpose=_words(form.purpose, "purpose"),
        effects=_words(form.effects, "effects"),
        measures=_words(form.measures, "measures"),
        officer=_name(form.officer, "officer"),
        attachment_name=_name(form.attachment_name, "attachment"),
        attachment_hash=hashlib.sha256(form.attachment).hexdigest(),
        filed_by=staff.id,
        filed_at=now,
        review_by=form.review_by,
    )


def _words(text: str, field: str) -> str:
    words = text.strip()
    if not MIN_WORDS <= len(words) <= MAX_WORDS:
        raise InvalidInput("assessment.words", "20 to 20,000 characters", field=field)
    return words


def _name(text: str, field: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput("assessment.name", "1 to 120 characters", field=field)
    return name


def _must_be_audit(staff: Staff) -> None:
    if StaffRole.AUDIT not in staff.roles:
        raise NotPermitted("staff.role", "the audit and data-protection role does this")


def _estate(stores: Stores, estate_id: str) -> Estate:
    estate = stores.places.estate(estate_id)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    return estate
