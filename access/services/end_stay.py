"""What stops when a stay ends, inside the transaction of whoever ends it."""

from __future__ import annotations

from access.domain.consent import Channel
from access.domain.credentials import CredentialStatus
from access.domain.erasure import Cause, Erasure, Scope
from access.domain.errors import Conflict
from access.domain.residency import Residency, ResidencyStatus
from access.services.erase import begin
from access.services.house import House
from access.services.messages import notify
from access.services.withdraw import end_face_consents
from access.stores import Stores


def end_stay(
    house: House, stores: Stores, residency: Residency, actor: str, reason: str, cause: Cause, now: int
) -> Residency:
    """End it, stop everything where it was the last in the estate, and tell the person; the ended residency.

    Raises:
        Conflict: ``residency.status`` when it is not in force, or somebody else was first.
    """
    ended = residency.end(actor, reason, now)
    if not stores.residencies.update(ended, ResidencyStatus.APPROVED):
        raise Conflict("residency.status", "somebody else was first")
    if not _lives_on(stores, ended, now):
        _stop(stores, ended, cause, now)
    stores.places.bump_policy(ended.estate_id)
    stores.audit.append(actor, "residency:end", ended.id, {"estate": ended.estate_id, "cause": cause}, now)
    notify(house, stores, ended.person_id, "residency_ended", now, reason=ended.reason or "-")
    return ended


def _lives_on(stores: Stores, ended: Residency, now: int) -> bool:
    mine = stores.residencies.of_person(ended.person_id)
    return any(r.estate_id == ended.estate_id and r.is_live(now) for r in mine)


def _stop(stores: Stores, ended: Residency, cause: Cause, now: int) -> Erasure:
    person_id, estate_id = ended.person_id, ended.estate_id
    stores.passes.revoke_all(person_id, estate_id, now)
    for credential in stores.credentials.of_person(person_id, estate_id):
        stores.credentials.set_status(credential.id, CredentialStatus.DISABLED)
    end_face_consents(stores, person_id, estate_id, Channel.DESK, now)
    return begin(stores, person_id, estate_id, Scope.FACE, cause, now)
