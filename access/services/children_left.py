"""What becomes of the children of a household when an adult of it leaves, in the same transaction.

No adult remains: the children's stays end with the adult's, and everything that an end of a stay stops. Another
remains: nobody asked them about the face, so what the one who left had answered for it ends and is erased; card and
pass go on, and those who remain are asked. Who is an adult of the household, says `home_adults`.
"""

from __future__ import annotations

from access.domain.consent import FACE_PURPOSES
from access.domain.erasure import Cause, Scope
from access.domain.places import Estate
from access.domain.residency import Residency, ResidencyStatus, Role
from access.services.end_stay import end_stay
from access.services.erase import begin
from access.services.guardians import children_of
from access.services.home_adults import adults_of, adults_with, is_adult
from access.services.house import House
from access.services.messages import notify
from access.services.withdraw import lapse_face_consents
from access.stores import Stores

REASON = "同住的监护人已搬离 / the guardian of the household has left"


def follow(house: House, stores: Stores, left: Residency, actor: str, cause: Cause, now: int) -> None:
    """Do for the children what follows from the end of `left`; nothing where it was not an adult's own.

    Args:
        cause: why the adult's stay ended; the children's end for the same.
    """
    estate = stores.places.estate(left.estate_id)
    if estate is None or left.role is Role.HELPER or not is_adult(stores, left.person_id, estate, now):
        return
    children = children_of(stores, left.household_id, estate, now)
    if not adults_of(stores, left.household_id, estate, now):
        for stay in children:
            _end(house, stores, stay, actor, cause, now)
    for child_id in sorted({stay.person_id for stay in children}):
        _end_answers(house, stores, left.person_id, child_id, estate, now)


def _end(house: House, stores: Stores, stay: Residency, actor: str, cause: Cause, now: int) -> None:
    if stay.status is ResidencyStatus.APPROVED:
        end_stay(house, stores, stay, actor, REASON, cause, now)
    elif stores.residencies.update(stay.refuse(actor, REASON, now), ResidencyStatus.PENDING):
        stores.audit.append(actor, "residency:end", stay.id, {"estate": stay.estate_id, "cause": cause}, now)
        notify(house, stores, stay.person_id, "residency_ended", now, reason=REASON)


def _end_answers(house: House, stores: Stores, who_left: str, child_id: str, estate: Estate, now: int) -> None:
    """The face stops where the yes was of the one who left; on record it ended, and nobody said no."""
    latest = (stores.consents.latest(child_id, estate.id, purpose) for purpose in FACE_PURPOSES)
    theirs = any(yes is not None and yes.is_live(now) and yes.guardian_id == who_left for yes in latest)
    adults = adults_with(stores, child_id, estate, now)
    if not theirs or who_left in adults:
        return
    lapse_face_consents(stores, child_id, estate.id, now)
    begin(stores, child_id, estate.id, Scope.FACE, Cause.CONSENT_EXPIRED, now)
    family_url = f"{house.policy.public_url}/m/family?estate={estate.id}"
    for adult in adults:
        notify(house, stores, adult, "guardian_left", now, family_url=family_url)
    notify(house, stores, who_left, "childs_answers_ended", now)
    if stores.people.accounts_of(child_id):
        notify(house, stores, child_id, "consent_expired", now)
