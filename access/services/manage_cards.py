"""Ordinary cards: enrol by one tap at the desk or by number, import, freeze when lost, release, disable.

A number is kept only as a keyed hash; people and staff see its last four digits.
"""

from __future__ import annotations

from access.domain.credentials import Credential, CredentialKind, CredentialStatus, card_number
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.ids import new_id
from access.domain.staff import Staff
from access.services.house import House
from access.services.messages import notify
from access.stores import Stores

MAX_CARDS = 5
"""Cards in use that one person may hold at an estate."""
_LABEL_DIGITS = 4


def add_card(house: House, staff: Staff, person_id: str, number: str, valid_to: int | None = None) -> Credential:
    """Enrol a card to a resident. It never outlives the stay.

    Args:
        number: as read by the desk reader or printed on the card.
        valid_to: end instant, None for as long as the stay lasts.

    Raises:
        InvalidInput: ``card.number``, ``card.until`` when the end has passed.
        NotPermitted: ``card.residency`` when the person has no live stay in the staff member's estate.
        Conflict: ``card.taken`` when somebody else's, ``card.held`` when theirs already, ``card.many`` beyond five.
    """
    at = house.clock.now()
    with house.db.transaction() as stores:
        card = enrol_in(house, stores, staff, person_id, number, valid_to, at)
        stores.places.bump_policy(staff.estate_id)
    return card


def enrol_in(
    house: House, stores: Stores, staff: Staff, person_id: str, number: str, valid_to: int | None, at: int
) -> Credential:
    """`add_card` inside the caller's transaction, which also raises the policy version."""
    digits = card_number(number)
    until = _until(stores, staff.estate_id, person_id, valid_to, at)
    token = house.keyring.card_token(stores, staff.estate_id, digits)
    _check_free(stores, staff.estate_id, person_id, token)
    card = Credential(
        id=new_id(),
        person_id=person_id,
        estate_id=staff.estate_id,
        kind=CredentialKind.CARD,
        status=CredentialStatus.ACTIVE,
        token=token,
        label=digits[-_LABEL_DIGITS:],
        valid_from=at,
        valid_to=until,
        created_at=at,
    )
    stores.credentials.add(card)
    _note(stores, staff, "add", card, at)
    notify(house, stores, person_id, "card_added", at, last_four=card.label)
    return card


def freeze_card(house: House, staff: Staff, credential_id: str) -> None:
    """Reported lost: refused everywhere until released. Raises NotFound, Conflict ``card.status``."""
    _move(house, staff, credential_id, CredentialStatus.ACTIVE, CredentialStatus.FROZEN, "freeze")


def release_card(house: House, staff: Staff, credential_id: str) -> None:
    """Found again. Raises NotFound, Conflict ``card.status``."""
    _move(house, staff, credential_id, CredentialStatus.FROZEN, CredentialStatus.ACTIVE, "release")


def disable_card(house: House, staff: Staff, credential_id: str) -> None:
    """Out of use for good; the number may be enrolled anew. Raises NotFound, Conflict ``card.status``."""
    _move(house, staff, credential_id, None, CredentialStatus.DISABLED, "disable")


def _move(
    house: House,
    staff: Staff,
    credential_id: str,
    before: CredentialStatus | None,
    after: CredentialStatus,
    action: str,
) -> None:
    at = house.clock.now()
    with house.db.transaction() as stores:
        card = stores.credentials.get(credential_id)
        if card is None or card.estate_id != staff.estate_id or card.kind is not CredentialKind.CARD:
            raise NotFound("card.unknown", "no such card in this estate")
        wrong = card.status is after if before is None else card.status is not before
        if wrong or not stores.credentials.set_status(credential_id, after):
            raise Conflict("card.status", f"the card is {card.status}")
        stores.places.bump_policy(staff.estate_id)
        _note(stores, staff, action, card, at)
        if after is CredentialStatus.FROZEN:
            notify(house, stores, card.person_id, "card_frozen", at, last_four=card.label)
        elif before is CredentialStatus.FROZEN and after is CredentialStatus.ACTIVE:
            notify(house, stores, card.person_id, "card_released", at, last_four=card.label)


def _until(stores: Stores, estate_id: str, person_id: str, valid_to: int | None, at: int) -> int:
    stays = [r for r in stores.residencies.of_person(person_id) if r.estate_id == estate_id and r.is_live(at)]
    if not stays:
        raise NotPermitted("card.residency", "a card goes to somebody who lives here")
    last = max(stay.valid_to for stay in stays)
    if valid_to is None:
        return last
    if valid_to <= at:
        raise InvalidInput("card.until", "the end has already passed", field="until")
    return min(valid_to, last)


def _check_free(stores: Stores, estate_id: str, person_id: str, token: str) -> None:
    """A card out of use may be handed to somebody else; one in use keeps its number."""
    holder = stores.credentials.by_token(estate_id, CredentialKind.CARD, token)
    if holder is not None and holder.status is not CredentialStatus.DISABLED:
        if holder.person_id == person_id:
            raise Conflict("card.held", "this person holds this card already")
        raise Conflict("card.taken", "this card is enrolled already")
    mine = stores.credentials.of_person(person_id, estate_id)
    in_use = [c for c in mine if c.kind is CredentialKind.CARD and c.status is not CredentialStatus.DISABLED]
    if len(in_use) >= MAX_CARDS:
        raise Conflict("card.many", "the person holds five cards already")


def _note(stores: Stores, staff: Staff, action: str, card: Credential, at: int) -> None:
    details: dict[str, str | int | bool | None] = {"estate": card.estate_id, "person": card.person_id}
    stores.audit.append(f"staff:{staff.id}", f"staff:card:{action}", card.id, details, at)
