"""Judge a face: first who it is (the face process, outside any transaction), then by SQL whether they may enter."""

from __future__ import annotations

from itertools import takewhile

from access.domain.admission import Decision, Denied, Facts, Granted, decide
from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.errors import ExternalSystemError
from access.domain.faces import ClaimNeeded, Identification, Match, NoMatch, Rejected
from access.domain.gates import Gate
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.domain.times import MINUTE
from access.ports import FaceEngine
from access.services.estate_book import EstateBook, live_residencies
from access.services.judge_claim import Claim, face_is_consented, judge_claim, spend_claim
from access.stores import Stores

PAUSE = MINUTE
FAILURES_BEFORE_PAUSE = 5
_LOOK_BACK = 2 * MINUTE
_MOST_EVENTS = 200
_FAILURES = frozenset({Reason.FACE_UNKNOWN, Reason.FACE_QUALITY, Reason.FACE_CHALLENGE})


def why_not_look(stores: Stores, book: EstateBook, point: AccessPoint, at: int) -> Reason | None:
    """Why the picture is not even looked at; None when it may be."""
    if not book.estate.face_enabled or Method.FACE not in point.methods or point.face_edge_only:
        return Reason.METHOD_OFF
    return Reason.FACE_PAUSED if _is_paused(stores, point, at) else None


def look(engine: FaceEngine, gate: Gate, point: AccessPoint, frames: tuple[bytes, ...]) -> Identification | Reason:
    """Ask the face process who it is; a failure is a reason to deny. Slow: never inside a transaction.

    An access point that asks for a claim compares nobody's face before it has one.
    """
    if not frames:
        return Reason.FACE_QUALITY
    if point.face_claim:
        return ClaimNeeded()
    try:
        return engine.identify(gate.estate_id, point.id, frames)
    except ExternalSystemError as exc:
        return Reason.FAULT if exc.permanent else Reason.BUSY


def look_at_claimed(
    engine: FaceEngine, gate: Gate, point_id: str, claim: Claim, frames: tuple[bytes, ...]
) -> Identification | Reason:
    """Ask the face process whether it is the person claimed (1:1). Slow: never inside a transaction."""
    try:
        return engine.verify(gate.estate_id, point_id, claim.person_id, frames)
    except ExternalSystemError as exc:
        return Reason.FAULT if exc.permanent else Reason.BUSY


def judge_face(
    stores: Stores, book: EstateBook, point: AccessPoint, found: Identification | Reason, at: int
) -> Decision:
    """Decide on what the face process found; consent and right are asked of SQL anew."""
    if isinstance(found, Match):
        return _judge_match(stores, book, point, found.person_id, at)
    return Denied(Method.FACE, _why_not(found))


def judge_claimed_face(
    stores: Stores, book: EstateBook, point: AccessPoint, text: str, found: Identification | Reason, at: int
) -> Decision:
    """Decide on a face compared with a claim: the claim is judged anew, then the face as any other.

    Args:
        text: of the claim, as `judge_claim` reads it.
        found: by `look_at_claimed`.
    """
    claim = judge_claim(stores, book, point, text, at)
    if isinstance(claim, Denied):
        return claim
    if isinstance(found, Match) and found.person_id != claim.person_id:
        # the card changed hands while the face was compared
        return Denied(Method.FACE, Reason.FACE_UNKNOWN)
    decision = judge_face(stores, book, point, found, at)
    if isinstance(decision, Granted) and not spend_claim(stores, point, claim, at):
        return Denied(Method.FACE, Reason.REPEATED, decision.person_id, credential_id=decision.credential_id)
    return decision


def _is_paused(stores: Stores, point: AccessPoint, at: int) -> bool:
    """Five failures without a success between pause it from the last one on; a try in the pause is not counted."""
    recent = stores.events.search(point.estate_id, at - _LOOK_BACK, at + 1, point.id, None, 0, _MOST_EVENTS)
    faces = (event for event in recent if event.method is Method.FACE)
    straight = [
        event.at for event in takewhile(lambda event: not event.granted, faces) if event.reason in _FAILURES
    ]
    return len(straight) >= FAILURES_BEFORE_PAUSE and at - straight[0] < PAUSE


def _why_not(found: NoMatch | Rejected | ClaimNeeded | Reason) -> Reason:
    if isinstance(found, Reason):
        return found
    if isinstance(found, Rejected):
        return Reason.FACE_QUALITY
    return Reason.FACE_CLAIM if isinstance(found, ClaimNeeded) else Reason.FACE_UNKNOWN


def _judge_match(stores: Stores, book: EstateBook, point: AccessPoint, person_id: str, at: int) -> Decision:
    estate_id = book.estate.id
    if not face_is_consented(stores, person_id, estate_id, at):
        # Without consent the face names nobody: the event keeps no holder.
        return Denied(Method.FACE, Reason.NO_CONSENT)
    face = _face_of(stores, person_id, estate_id)
    if face is None:
        return Denied(Method.FACE, Reason.FACE_UNKNOWN)
    residencies = live_residencies(stores, person_id, estate_id, at)
    facts = Facts(
        method=Method.FACE,
        access_point=point,
        timezone=book.estate.timezone,
        person_id=person_id,
        status=face.status,
        valid_from=face.valid_from,
        valid_to=face.valid_to,
        resident=bool(residencies),
        schedules=book.schedules_for(point.id, residencies),
        face_consent=True,
        credential_id=face.id,
    )
    return decide(facts, at)


def _face_of(stores: Stores, person_id: str, estate_id: str) -> Credential | None:
    """The person's face credential; an active one before a disabled one."""
    faces = [c for c in stores.credentials.of_person(person_id, estate_id) if c.kind is CredentialKind.FACE]
    return min(faces, key=lambda face: face.status is not CredentialStatus.ACTIVE, default=None)
