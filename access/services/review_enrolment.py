"""Enrolments that staff look at: too near to somebody else's, or sent without the movement that is asked for.

Staff look at the person at the desk, never at whom they resemble. Where no movement was made, nobody knows yet that
the face enrolled is theirs: a picture taken at the desk is compared with it, and dropped.
"""

from __future__ import annotations

from dataclasses import replace

from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.enrolment import Enrolment, EnrolmentStatus
from access.domain.errors import Conflict, ExternalSystemError, InvalidInput, NotFound, NotPermitted
from access.domain.faces import Rejected
from access.domain.staff import Staff
from access.services.consents import face_is_agreed
from access.services.gallery import references_in_review
from access.services.house import House
from access.services.messages import notify
from access.stores import Stores

REJECTED_WORDS = (
    "物业核对后没有通过，请到物业处当面登记；通行码和门禁卡照常使用。"
    " The office could not confirm it: please enrol at the desk. Your QR pass and card go on working."
)


def approve_enrolment(house: House, staff: Staff, enrolment_id: str, picture: bytes = b"") -> None:
    """The person stood at the desk and it is them: their face may open doors.

    Args:
        picture: of the person, taken at the desk; needed where no movement was made.

    Raises:
        NotFound: ``enrolment.unknown``. Conflict: ``enrolment.status`` when decided or overtaken by a newer try.
        NotPermitted: ``face.consent`` when the consent has gone.
        InvalidInput: ``enrolment.picture`` where one is needed, ``enrolment.unusable``.
        Conflict: ``enrolment.other_person`` when the picture is not like the face enrolled.
        ExternalSystemError: the face process is away.
    """
    at = house.clock.now()
    _compare(house, staff, enrolment_id, picture)
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


def _compare(house: House, staff: Staff, enrolment_id: str, picture: bytes) -> None:
    """The face enrolled is that of who stands here, where nothing else has shown it. Slow: not in a transaction."""
    with house.db.reading() as stores:
        enrolment = _in_review(stores, staff, enrolment_id)
        if not enrolment.in_person:
            return
        if not picture:
            raise InvalidInput("enrolment.picture", "a picture taken at the desk is needed", field="samples")
        who = enrolment.person_id, enrolment.estate_id
        if not face_is_agreed(stores, *who, house.clock.now()):
            raise NotPermitted("face.consent", "the person's consent does not stand any more")
        references = references_in_review(stores, house.keyring, *who)
    seen = house.faces.encode(picture, enrolment.estate_id)
    if isinstance(seen, Rejected):
        raise InvalidInput("enrolment.unusable", "the picture cannot be compared", field="samples")
    if not references or not house.faces.consistent([seen.reference, *references]):
        raise Conflict("enrolment.other_person", "the picture is not like the face enrolled")


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
