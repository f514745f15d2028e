"""Face enrolment, the person's side: a sample comes in, is sealed, and waits for the face work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from access.domain.challenges import ChallengeRule, check_frames, of_person
from access.domain.consent import Channel
from access.domain.enrolment import MAX_SAMPLE_BYTES, MAX_SAMPLES, Enrolment, EnrolmentStatus
from access.domain.errors import InvalidInput, NotFound, NotPermitted
from access.domain.faces import QualityReason
from access.domain.ids import new_id
from access.domain.outbox import Job, Task
from access.domain.renewal import asked_until
from access.domain.residency import ResidencyStatus
from access.services.challenges import answered, rule_of
from access.services.clean_sample import clean
from access.services.consents import face_is_agreed
from access.services.house import House
from access.services.messages import notify
from access.stores import Stores

_UNUSABLE = {
    "sample.size": QualityReason.TOO_LARGE,
    "sample.small": QualityReason.TOO_SMALL,
    "sample.heic": QualityReason.HEIC,
}
"""Reasons of a picture that never reached the face process; any other is no picture."""


@dataclass(frozen=True, slots=True)
class FaceStatus:
    """Where a person's face stands at an estate.

    Attributes:
        offered: the estate offers face at all.
        agreed: both consents are live.
        enrolled: references are kept and in use.
        latest: newest attempt, None before the first.
        renew_until: the references are being renewed: until when a new sample may be given; None otherwise.
    """

    offered: bool
    agreed: bool
    enrolled: bool
    latest: EnrolmentStatus | None
    reason: QualityReason | None
    renew_until: int | None = None


def enrol_face(
    house: House,
    person_id: str,
    estate_id: str,
    samples: Sequence[bytes],
    channel: Channel,
    challenge_id: str = "",
) -> Enrolment:
    """One transaction: a pending enrolment with its sealed samples, and the outbox row for the face work.

    An attempt that still waits is cancelled by a newer one. Single pictures where the channel asks for a movement
    are taken too, for not everybody can make it: staff then see the person before the face opens anything.

    Args:
        samples: 1 to 3 pictures of 8 MB at most; the frames of a film where a challenge is answered.
        challenge_id: of the challenge that the samples answer; empty for single pictures.

    Raises:
        InvalidInput: ``sample.count``, ``sample.size``, ``challenge.frames``, ``challenge.size``.
        NotPermitted: ``face.off``, ``face.channel``, ``face.consent``, ``face.residency``.
        Conflict: ``challenge.spent``.
    """
    if challenge_id:
        check_frames(samples)
    else:
        _check_samples(samples)
    now = house.clock.now()
    with house.db.transaction() as stores:
        _may_enrol(house, stores, person_id, estate_id, channel, now)
        _cancel_waiting(stores, person_id, estate_id, now)
        plain = Enrolment(new_id(), person_id, estate_id, channel, EnrolmentStatus.PENDING, now)
        enrolment = _attempt(stores, plain, challenge_id)
        sealed = [house.keyring.seal_face(stores, person_id, estate_id, sample) for sample in samples]
        stores.faces.add_enrolment(enrolment, sealed)
        stores.outbox.add(Task.FACE_WORK, f"face/{enrolment.id}", {"enrolment": enrolment.id}, now)
        details: dict[str, str | int | bool | None] = {"estate": estate_id, "channel": channel, "n": len(samples)}
        if enrolment.movement is not None:
            details["movement"] = enrolment.movement
        stores.audit.append(f"person:{person_id}", "person:face:sample", enrolment.id, details, now)
        return enrolment


def _attempt(stores: Stores, plain: Enrolment, challenge_id: str) -> Enrolment:
    """With the movement that its frames must show, or staff's eyes where the channel asks for one."""
    if challenge_id:
        subject = of_person(plain.person_id, plain.estate_id)
        return replace(plain, movement=answered(stores, subject, challenge_id, plain.id, plain.created_at))
    asks = rule_of(stores, plain.estate_id, plain.channel) is not ChallengeRule.NONE
    return replace(plain, in_person=asks)


def fetch_later(house: House, person_id: str, estate_id: str, media_id: str) -> None:
    """Queue a picture sent in chat: the jobs process fetches it and enrols it; WeChat is answered at once.

    Raises:
        NotPermitted: as `enrol_face`, so that the person hears at once what is missing.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        _may_enrol(house, stores, person_id, estate_id, Channel.CHAT, now)
        payload = {"person": person_id, "estate": estate_id, "media": media_id}
        stores.outbox.add(Task.FETCH_SAMPLE, f"fetch/{media_id}", payload, now)


def fetch(house: House, job: Job) -> None:
    """Carry out a `fetch_later`: download within limits, then enrol.

    Raises:
        ExternalSystemError: the download failed.
    """
    picture = house.wechat.download_media(job.payload["media"])
    try:
        sample = clean(picture)
        enrol_face(house, job.payload["person"], job.payload["estate"], [sample], Channel.CHAT)
    except InvalidInput as exc:
        _tell_unusable(house, job.payload["person"], exc)
    except NotPermitted:
        return  # withdrawn or moved out meanwhile: the picture is dropped here


def _tell_unusable(house: House, person_id: str, exc: InvalidInput) -> None:
    """What was sent is not a picture, too large or too small: say which, so that the person can act on it."""
    reason = _UNUSABLE.get(exc.code, QualityReason.NOT_A_PICTURE)
    words = house.texts.say(f"quality.{reason}")
    with house.db.transaction() as stores:
        notify(house, stores, person_id, "face_rejected", house.clock.now(), reason=words)


def lost(house: House, job: Job) -> None:
    """The picture could not be fetched in the end: say so, for a result was promised."""
    with house.db.transaction() as stores:
        notify(house, stores, job.payload["person"], "picture_lost", house.clock.now())


def status(house: House, person_id: str, estate_id: str) -> FaceStatus:
    """Where the person's face stands."""
    now = house.clock.now()
    with house.db.reading() as stores:
        estate = stores.places.estate(estate_id)
        if estate is None:
            raise NotFound("estate.unknown", "no such estate")
        attempts = stores.faces.enrolments_of(person_id, estate_id)
        latest = max(attempts, key=lambda e: e.created_at, default=None)
        return FaceStatus(
            offered=estate.face_enabled,
            agreed=face_is_agreed(stores, person_id, estate_id, now),
            enrolled=bool(stores.faces.references_of(person_id, estate_id)),
            latest=latest.status if latest else None,
            reason=latest.quality_reason if latest else None,
            renew_until=renew_until(stores, person_id, estate_id),
        )


def renew_until(stores: Stores, person_id: str, estate_id: str) -> int | None:
    """Until when the person is asked for a new sample, because their references are being renewed; None if not."""
    kept = stores.faces.references_of(person_id, estate_id)
    return asked_until(stores.faces.renewals(estate_id), [(one.model, one.created_at) for one in kept])


def cancel_enrolments(stores: Stores, person_id: str, estate_id: str, now: int) -> None:
    """End every attempt that is still open and drop its samples (withdrawal, move-out)."""
    for attempt in stores.faces.enrolments_of(person_id, estate_id):
        if attempt.status in {EnrolmentStatus.PENDING, EnrolmentStatus.REVIEW}:
            stores.faces.finish_enrolment(replace(attempt, status=EnrolmentStatus.CANCELLED, finished_at=now))
    stores.faces.drop_samples_of(person_id, estate_id)
    stores.challenges.drop(of_person(person_id, estate_id))


def _check_samples(samples: Sequence[bytes]) -> None:
    if not 1 <= len(samples) <= MAX_SAMPLES:
        raise InvalidInput("sample.count", f"send 1 to {MAX_SAMPLES} pictures", field="samples")
    if any(not 0 < len(sample) <= MAX_SAMPLE_BYTES for sample in samples):
        raise InvalidInput("sample.size", "a picture has at most 8 MB", field="samples")


def _may_enrol(house: House, stores: Stores, person_id: str, estate_id: str, channel: Channel, now: int) -> None:
    estate = stores.places.estate(estate_id)
    if estate is None or not estate.face_enabled:
        raise NotPermitted("face.off", "this estate does not offer face")
    if channel.value not in house.policy.photo_channels:
        raise NotPermitted("face.channel", "pictures are not taken on this channel")
    if not face_is_agreed(stores, person_id, estate_id, now):
        raise NotPermitted("face.consent", "both face consents are needed first")
    open_residencies = [
        r
        for r in stores.residencies.of_person(person_id)
        if r.estate_id == estate_id and (r.status is ResidencyStatus.PENDING or r.is_live(now))
    ]
    if not open_residencies:
        raise NotPermitted("face.residency", "register a household first")


def _cancel_waiting(stores: Stores, person_id: str, estate_id: str, now: int) -> None:
    for attempt in stores.faces.enrolments_of(person_id, estate_id):
        if attempt.status is EnrolmentStatus.PENDING:
            stores.faces.finish_enrolment(replace(attempt, status=EnrolmentStatus.CANCELLED, finished_at=now))
