"""Enrolments too near to somebody else's: staff look at the person at the desk, never at whom they resemble."""

from __future__ import annotations

from dataclasses import replace

from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.enrolment import Enrolment, EnrolmentStatus
from access.domain.errors import Conflict, ExternalSystemError, NotFound, NotPermitted
from access.domain.staff import Staff
from access.services.consents import face_is_agreed
from access.services.house import House
from access.services.messages import notify
from access.stores import Stores

REJECTED_WORDS = (
    "物业核对后没有通过，请到物业处当面登记；通行码和门禁卡照常使用。"
    " The office could not confirm it: please enrol at the desk. Your QR pass and card go on working."
)


def approve_enrolment(house: House, staff: Staff, enrolment_id: str) -> None:
    """The person stood at the desk and it is them: their face may open doors.

    Raises:
        NotFound: ``enrolment.unknown``. Conflict: ``enrolment.status`` when decided or overtaken by a newer try.
        NotPermitted: ``face.consent`` when the consent has gone.
    """
    at = house.clock.now()
    with house.db.transaction() as stores:
        enrolment = _in_review(stores, staff, enrolment_id)
        if not face_is_agreed(stores, enrolment.person_id, enrolment.estate_id, at):
            raise NotPermitted("face.consent", "the person's consent does not stand any more")
        _finish(stores, staff, enrolment, EnrolmentStatus.DONE, at)
        for credential in stores.credentials.of_person(enrolment.person_id, enrolment.estate_id):
            if credential.kind is CredentialKind.FACE:
                stores.credentials.set_status(credential.id, CredentialStatus.ACTIVE)
        notify(house, stores, enrolment.person_id, "face_enrolled", at)
    _refresh(house, staff.estate_id)


def reject_enrolment(house: House, staff: Staff, enrolment_id: str) -> None:
    """It is not them, or they did not come: the references go; the person may try again.

    Raises:
        NotFound: ``enrolment.unknown``. Conflict: ``enrolment.status``.
    """
    at = house.clock.now()
    with house.db.transaction() as stores:
        enrolment = _in_review(stores, staff, enrolment_id)
        _finish(stores, staff, enrolment, EnrolmentStatus.REJECTED, at)
        stores.faces.drop_references(enrolment.person_id, enrolment.estate_id)
        for credential in stores.credentials.of_person(enrolment.person_id, enrolment.estate_id):
            if credential.kind is CredentialKind.FACE:
                stores.credentials.delete(credential.id)
        notify(house, stores, enrolment.person_id, "face_rejected", at, reason=REJECTED_WORDS)
    _refresh(house, staff.estate_id)


def _in_review(stores: Stores, staff: Staff, enrolment_id: str) -> Enrolment:
    enrolment = stores.faces.enrolment(enrolment_id)
    if enrolment is None or enrolment.estate_id != staff.estate_id:
        raise NotFound("enrolment.unknown", "no such enrolment in this estate")
    newest = max(
        stores.faces.enrolments_of(enrolment.person_id, enrolment.estate_id), key=lambda one: one.created_at
    )
    if enrolment.status is not EnrolmentStatus.REVIEW or newest.created_at > enrolment.created_at:
        raise Conflict("enrolment.status", "decided already, or overtaken by a newer try")
    return enrolment


def _finish(stores: Stores, staff: Staff, enrolment: Enrolment, status: EnrolmentStatus, at: int) -> None:
    if not stores.faces.finish_enrolment(replace(enrolment, status=status, finished_at=at)):
        raise Conflict("enrolment.status", "a colleague decided this enrolment a moment ago")
    stores.places.bump_policy(enrolment.estate_id)
    details: dict[str, str | int | bool | None] = {
        "estate": enrolment.estate_id,
        "person": enrolment.person_id,
        "outcome": status.value,
    }
    stores.audit.append(f"staff:{staff.id}", "staff:enrolment:review", enrolment.id, details, at)


def _refresh(house: House, estate_id: str) -> None:
    """Hurry the face process along; it finds the new version by itself within a second anyway."""
    try:
        house.faces.refresh(estate_id)
    except ExternalSystemError:
        return
