"""Renew an estate's face references: ask for new samples, go on with the old ones for a while, then erase them.

Nothing is re-encoded behind anybody's back, since no picture is kept. Whoever gives a new sample has their old
references replaced by it at once; whoever does not keeps the old one until the day that was said, and loses it then
with a receipt from each holder. The pass and the card go on throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.edge_faces import EdgeState
from access.domain.erasure import Cause, Scope
from access.domain.errors import Conflict, ExternalSystemError, InvalidInput, NotPermitted
from access.domain.ids import new_id
from access.domain.places import Estate
from access.domain.renewal import FaceRenewal, Why
from access.domain.times import DAY, local
from access.services.erase import begin
from access.services.house import House
from access.services.keyring import transform_number
from access.services.messages import notify
from access.services.withdraw import lapse_face_consents
from access.stores import Stores

DAYS = (7, 180)


@dataclass(frozen=True, slots=True)
class Begun:
    """A renewal that has begun, and how many people were asked for a new sample."""

    renewal: FaceRenewal
    people: int


def begin_renewal(house: House, estate: Estate, why: Why, days: int, actor: str) -> Begun:
    """Begin a renewal, and tell everybody whose reference is old until when they may give a new sample.

    Args:
        days: how long the old references go on working, 7 to 180.

    Raises:
        InvalidInput: ``renewal.days``.
        NotPermitted: ``face.off`` where the estate does not offer face.
        Conflict: ``renewal.open`` while one goes on, ``renewal.none`` when no reference is of another model.
        ExternalSystemError: the face process is away, so the model in use is not known.
    """
    if not DAYS[0] <= days <= DAYS[1]:
        raise InvalidInput("renewal.days", f"{DAYS[0]} to {DAYS[1]} days", field="days")
    if not estate.face_enabled:
        raise NotPermitted("face.off", "this estate does not offer face")
    model, now = house.faces.model(), house.clock.now()
    with house.db.transaction() as stores:
        renewal = _next(stores, estate.id, why, model, now, now + days * DAY)
        people = _old(stores, renewal)
        if why is Why.MODEL and not people:
            raise Conflict("renewal.none", f"every reference is of {model}: set KAIMEN_FACE_MODEL first")
        stores.faces.add_renewal(renewal)
        until = local(renewal.until, estate.timezone).date().isoformat()
        for person_id in people:
            notify(house, stores, person_id, "face_renewal", now, until=until)
        _record(stores, actor, "face:renewal:begin", renewal, len(people), now)
    return Begun(renewal, len(people))


def end_due_renewals(house: House) -> int:
    """Erase the old references of every renewal whose day has come; how many people.

    Safe to run again after a crash: who is being erased already is left alone.
    """
    now = house.clock.now()
    with house.db.reading() as stores:
        due = [one for one in stores.faces.open_renewals() if one.until <= now]
    return sum(_end(house, renewal, now) for renewal in due)


def began_since(stores: Stores, estate_id: str, at: int) -> bool:
    """Whether a renewal has begun since an instant: what was encoded before it may be of the old kind."""
    return any(renewal.begun_at >= at for renewal in stores.faces.renewals(estate_id))


def _next(stores: Stores, estate_id: str, why: Why, model: str, now: int, until: int) -> FaceRenewal:
    before = stores.faces.renewals(estate_id)
    if any(renewal.ended_at is None for renewal in before):
        raise Conflict("renewal.open", "a renewal goes on: wait until its day has come")
    transform = transform_number(before) + (why is Why.TRANSFORM)
    return FaceRenewal(new_id(), estate_id, why, model, transform, now, until)


def _old(stores: Stores, renewal: FaceRenewal) -> list[str]:
    """person ids whose references were made before, by what is no longer in use; those at gates count as well."""
    kept = stores.faces.people_enrolled_by(renewal.estate_id, renewal.begun_at, renewal.keeps_model)
    at_gates = {
        face.person_id
        for face in stores.edge_faces.of_estate(renewal.estate_id, EdgeState.ACTIVE)
        if (face.enrolled_at or 0) <= renewal.begun_at and face.model != renewal.keeps_model
    }
    return sorted(at_gates.union(kept))


def _end(house: House, renewal: FaceRenewal, now: int) -> int:
    with house.db.reading() as stores:
        people = _old(stores, renewal)
    for person_id in people:
        with house.db.transaction() as stores:
            _erase(house, stores, renewal, person_id, now)
    with house.db.transaction() as stores:
        if stores.faces.end_renewal(renewal.id, now):
            _record(stores, "job", "face:renewal:end", renewal, len(people), now)
    _refresh(house, renewal.estate_id)
    return len(people)


def _erase(house: House, stores: Stores, renewal: FaceRenewal, person_id: str, now: int) -> None:
    """Only if they have not just given a new sample, and are not being erased already.

    The key goes with the reference, so face begins anew with a consent, as after one that lapsed.
    """
    mine = stores.erasures.of_person(person_id)
    if any(e.estate_id == renewal.estate_id and e.completed_at is None for e in mine):
        return
    if person_id not in _old(stores, renewal):
        return
    lapse_face_consents(stores, person_id, renewal.estate_id, now)
    begin(stores, person_id, renewal.estate_id, Scope.FACE, Cause.RENEWED, now)
    notify(house, stores, person_id, "face_renewal_over", now)


def _record(stores: Stores, actor: str, tag: str, renewal: FaceRenewal, people: int, now: int) -> None:
    details: dict[str, str | int | bool | None] = {
        "estate": renewal.estate_id,
        "why": renewal.why,
        "model": renewal.model,
        "transform": renewal.transform,
        "people": people,
    }
    stores.audit.append(actor, tag, renewal.id, details, now)
    stores.places.bump_policy(renewal.estate_id)


def _refresh(house: House, estate_id: str) -> None:
    """Hurry the face process along; it finds the new version by itself within a second anyway."""
    try:
        house.faces.refresh(estate_id)
    except ExternalSystemError:
        return
