"""Face enrolment, the machine's side: encode the waiting samples, keep sealed references, tell the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from access.domain.consent import FACE_PURPOSES
from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.enrolment import Enrolment, EnrolmentStatus
from access.domain.errors import ExternalSystemError, NotFound
from access.domain.faces import Encoded, QualityReason, Rejected
from access.domain.ids import new_id
from access.domain.outbox import Job
from access.ports import SealedReference
from access.services.consents import face_is_agreed
from access.services.house import House
from access.services.messages import notify
from access.services.renew_faces import began_since
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class _Verdict:
    status: EnrolmentStatus
    reason: QualityReason | None
    encoded: tuple[Encoded, ...]


_TEXTS = {
    EnrolmentStatus.DONE: "face_enrolled",
    EnrolmentStatus.REVIEW: "face_review",
    EnrolmentStatus.REJECTED: "face_rejected",
}


def work(house: House, job: Job) -> None:
    """Carry out one enrolment. Idempotent: an attempt that is no longer pending is left alone.

    Raises:
        ExternalSystemError: the face process is away or busy, or the estate's references began to be renewed
            meanwhile; the samples stay sealed and wait.
    """
    enrolment, samples = _load(house, job.payload["enrolment"])
    if enrolment is None:
        return
    begun = house.clock.now()
    verdict = _judge(house, enrolment, samples)
    with house.db.transaction() as stores:
        if began_since(stores, enrolment.estate_id, begun):
            raise ExternalSystemError("face.renewed", "a renewal began meanwhile: encode the samples again")
        if not _still_wanted(stores, enrolment, house.clock.now()):
            return
        _settle(house, stores, enrolment, verdict)
    _refresh(house, enrolment.estate_id)


def give_up(house: House, job: Job) -> None:
    """After the last try: end the attempt so that its samples are deleted, and ask for a new picture."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        enrolment = stores.faces.enrolment(job.payload["enrolment"])
        if enrolment is None or enrolment.status is not EnrolmentStatus.PENDING:
            return
        stores.faces.finish_enrolment(replace(enrolment, status=EnrolmentStatus.CANCELLED, finished_at=now))
        notify(house, stores, enrolment.person_id, "picture_lost", now)


def _load(house: House, enrolment_id: str) -> tuple[Enrolment | None, list[bytes]]:
    with house.db.reading() as stores:
        enrolment = stores.faces.enrolment(enrolment_id)
        if enrolment is None or enrolment.status is not EnrolmentStatus.PENDING:
            return None, []
        sealed = stores.faces.samples(enrolment_id)
        keyring, who, estate = house.keyring, enrolment.person_id, enrolment.estate_id
        try:
            return enrolment, [keyring.open_face(stores, who, estate, sample) for sample in sealed]
        except NotFound:
            return None, []  # the key was destroyed meanwhile: withdrawn


def _judge(house: House, enrolment: Enrolment, samples: Sequence[bytes]) -> _Verdict:
    encoded = _encoded(house, enrolment, samples)
    if isinstance(encoded, Rejected):
        return _Verdict(EnrolmentStatus.REJECTED, encoded.reason, ())
    references = [one.reference for one in encoded]
    if len(references) > 1 and not house.faces.consistent(references):
        return _Verdict(EnrolmentStatus.REJECTED, QualityReason.INCONSISTENT, ())
    alike = any(house.faces.look_alikes(enrolment.estate_id, ref, enrolment.person_id) for ref in references)
    seen_by_staff = alike or enrolment.in_person
    return _Verdict(EnrolmentStatus.REVIEW if seen_by_staff else EnrolmentStatus.DONE, None, tuple(encoded))


def _encoded(house: House, enrolment: Enrolment, samples: Sequence[bytes]) -> list[Encoded] | Rejected:
    """Every picture must do; of a film that shows the movement one frame must, and none may look like an attack."""
    if enrolment.movement is None:
        return _all_encoded(house, enrolment, samples)
    film = house.faces.challenge(enrolment.movement, samples)
    if isinstance(film, Rejected):
        return film
    outcomes = [house.faces.encode(samples[place], enrolment.estate_id) for place in film.best]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    attack = Rejected(QualityReason.NOT_LIVE)
    if attack in refused:
        return attack
    return [outcome for outcome in outcomes if isinstance(outcome, Encoded)] or refused[0]


def _all_encoded(house: House, enrolment: Enrolment, samples: Sequence[bytes]) -> list[Encoded] | Rejected:
    encoded: list[Encoded] = []
    for sample in samples:
        outcome = house.faces.encode(sample, enrolment.estate_id)
        if isinstance(outcome, Rejected):
            return outcome
        encoded.append(outcome)
    return encoded


def _still_wanted(stores: Stores, enrolment: Enrolment, now: int) -> bool:
    current = stores.faces.enrolment(enrolment.id)
    return (
        current is not None
        and current.status is EnrolmentStatus.PENDING
        and face_is_agreed(stores, enrolment.person_id, enrolment.estate_id, now)
    )


def _settle(house: House, stores: Stores, enrolment: Enrolment, verdict: _Verdict) -> None:
    now = house.clock.now()
    person_id, estate_id = enrolment.person_id, enrolment.estate_id
    finished = replace(enrolment, status=verdict.status, quality_reason=verdict.reason, finished_at=now)
    stores.faces.finish_enrolment(finished)
    if verdict.encoded:
        _keep(house, stores, enrolment, verdict, now)
    stores.audit.append(
        "job", "job:face:enrolment", enrolment.id, {"estate": estate_id, "outcome": verdict.status}, now
    )
    values = {}
    if verdict.reason is not None:
        values["reason"] = house.texts.say(f"quality.{verdict.reason}")
    notify(house, stores, person_id, _TEXTS[verdict.status], now, **values)
    stores.places.bump_policy(estate_id)


def _keep(house: House, stores: Stores, enrolment: Enrolment, verdict: _Verdict, now: int) -> None:
    """Replace the person's references; under review the credential is frozen, so nothing matches yet."""
    person_id, estate_id = enrolment.person_id, enrolment.estate_id
    expires = _consent_end(stores, person_id, estate_id)
    stores.faces.drop_references(person_id, estate_id)
    for one in verdict.encoded:
        sealed = house.keyring.seal_face(stores, person_id, estate_id, one.reference)
        stores.faces.add_reference(SealedReference(new_id(), person_id, estate_id, sealed, one.model, now, expires))
    for old in stores.credentials.of_person(person_id, estate_id):
        if old.kind is CredentialKind.FACE:
            stores.credentials.delete(old.id)
    frozen = verdict.status is EnrolmentStatus.REVIEW
    state = CredentialStatus.FROZEN if frozen else CredentialStatus.ACTIVE
    stores.credentials.add(
        Credential(new_id(), person_id, estate_id, CredentialKind.FACE, state, "", "", now, expires, now)
    )


def _consent_end(stores: Stores, person_id: str, estate_id: str) -> int:
    latest = (stores.consents.latest(person_id, estate_id, purpose) for purpose in FACE_PURPOSES)
    return min(consent.expires_at for consent in latest if consent is not None)


def _refresh(house: House, estate_id: str) -> None:
    """Hurry the face process along; it finds the new version by itself within a second anyway."""
    try:
        house.faces.refresh(estate_id)
    except ExternalSystemError:
        return
