"""The end of a stay: on that day every credential stops at once and the face is erased everywhere."""

from __future__ import annotations

from access.domain.consent import Channel
from access.domain.credentials import CredentialStatus
from access.domain.erasure import Cause, Erasure, Scope
from access.domain.errors import Conflict, NotFound
from access.domain.residency import Residency, ResidencyStatus
from access.services.erase import begin
from access.services.house import House
from access.services.messages import notify
from access.services.withdraw import end_face_consents
from access.stores import Stores

BATCH = 100


def end_residency(house: House, residency_id: str, actor: str, reason: str, cause: Cause = Cause.MOVED_OUT) -> None:
    """End a residency now. With no other left in the estate, cards, passes and face stop with it.

    Args:
        actor: ``staff:<id>``, ``person:<id>`` or ``job``.

    Raises:
        NotFound: ``residency.unknown``.
        Conflict: ``residency.status`` when it is not in force.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        residency = stores.residencies.get(residency_id)
        if residency is None:
            raise NotFound("residency.unknown", "no such residency")
        ended = residency.end(actor, reason, now)
        if not stores.residencies.update(ended, ResidencyStatus.APPROVED):
            raise Conflict("residency.status", "somebody else was first")
        if not _lives_on(stores, ended, now):
            _stop(stores, ended, cause, now)
        stores.places.bump_policy(ended.estate_id)
        stores.audit.append(actor, "residency:end", residency_id, {"estate": ended.estate_id, "cause": cause}, now)
        notify(house, stores, ended.person_id, "residency_ended", now, reason=ended.reason or "-")


def end_lapsed(house: House) -> int:
    """End every residency whose last day has passed; how many."""
    with house.db.reading() as stores:
        due = stores.residencies.lapsed(house.clock.now(), BATCH)
    for residency in due:
        end_residency(house, residency.id, "job", "到期 / the stay has ended", Cause.TENANCY_ENDED)
    return len(due)


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
