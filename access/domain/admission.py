"""The decision: Granted or Denied with exactly one reason. Pure; unknown is denied."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.credentials import CredentialStatus
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.domain.schedules import Schedule


@dataclass(frozen=True, slots=True)
class Granted:
    """Let in.

    Attributes:
        person_id: the holder; for a visitor the resident who invited.
        relay_ms: how long to hold the relay, milliseconds.
        passed_back: let in, or out, a second time in a row; security is told.
    """

    method: Method
    person_id: str
    relay_ms: int
    pass_id: str | None = None
    credential_id: str | None = None
    passed_back: bool = False


@dataclass(frozen=True, slots=True)
class Denied:
    """Kept out, with one reason. The holder is kept only where a credential of theirs was truly presented."""

    method: Method
    reason: Reason
    person_id: str | None = None
    pass_id: str | None = None
    credential_id: str | None = None


Decision = Granted | Denied


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known when a genuine credential has been presented.

    Attributes:
        status: the credential's own state (a pass that is not revoked is active).
        valid_from, valid_to: the credential's validity, instants, end exclusive.
        resident: a live residency in the estate (for a visitor's pass: of the inviting resident).
        schedules: schedules of the access rules that give the holder this access point; empty means no right.
        face_consent: the face consents that the method needs are live: both, or for a face that stays in the
            gate the use alone. Only asked when the method is a face.
        passed_back: anti-passback says the holder is already inside.
    """

    method: Method
    access_point: AccessPoint
    timezone: str
    person_id: str
    status: CredentialStatus
    valid_from: int
    valid_to: int
    resident: bool
    schedules: tuple[Schedule, ...]
    face_consent: bool = False
    passed_back: bool = False
    pass_id: str | None = None
    credential_id: str | None = None


_FACES = frozenset({Method.FACE, Method.FACE_EDGE})
_BY_STATUS = {CredentialStatus.FROZEN: Reason.FROZEN, CredentialStatus.DISABLED: Reason.REVOKED}


def decide(facts: Facts, at: int) -> Decision:
    """Apply the rules in order; the first that fails is the one reason."""
    reason = _why_not(facts, at)
    if reason is not None:
        return Denied(facts.method, reason, facts.person_id, facts.pass_id, facts.credential_id)
    return Granted(facts.method, facts.person_id, facts.access_point.relay_ms, facts.pass_id, facts.credential_id)


def _why_not(facts: Facts, at: int) -> Reason | None:
    checks = (
        (facts.method not in _allowed(facts.access_point), Reason.METHOD_OFF),
        (facts.status is not CredentialStatus.ACTIVE, _BY_STATUS.get(facts.status, Reason.REVOKED)),
        (at < facts.valid_from, Reason.TOO_EARLY),
        (at >= facts.valid_to, Reason.EXPIRED),
        (facts.method in _FACES and not facts.face_consent, Reason.NO_CONSENT),
        (not facts.resident or not facts.schedules, Reason.NO_RIGHT),
        (not any(s.is_open(at, facts.timezone) for s in facts.schedules), Reason.SCHEDULE),
        (facts.passed_back, Reason.PASSED_BACK),
    )
    return next((reason for failed, reason in checks if failed), None)


def _allowed(access_point: AccessPoint) -> frozenset[Method]:
    """What the access point takes; a remote open needs no reader, and a face may be matched at the gate itself."""
    edge = {Method.FACE_EDGE} if Method.FACE in access_point.methods else set()
    return access_point.methods | {Method.REMOTE} | edge
