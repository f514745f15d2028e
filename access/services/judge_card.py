"""Judge an ordinary card: known by the keyed hash of its number."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from access.domain.admission import Decision, Denied, Facts, decide
from access.domain.credentials import Credential, CredentialKind, card_number
from access.domain.errors import InvalidInput
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.services.estate_book import EstateBook, live_residencies
from access.services.keyring import CARD_TOKEN_BYTES
from access.services.passback import is_passed_back
from access.stores import Stores


def judge_card(
    stores: Stores, book: EstateBook, point: AccessPoint, text: str, at: int, passback_seconds: int = 0
) -> Decision:
    """Decide on a card number as the reader gave it."""
    card = card_of(stores, book, text)
    if isinstance(card, Reason):
        return Denied(Method.CARD, card)
    back = is_passed_back(stores, passback_seconds, card.person_id, card.id, point.id, at)
    return decide(replace(facts_of_card(stores, book, point, card, at), passed_back=back), at)


def facts_of_card(stores: Stores, book: EstateBook, point: AccessPoint, card: Credential, at: int) -> Facts:
    """What is known of a card and its holder."""
    residencies = live_residencies(stores, card.person_id, book.estate.id, at)
    return Facts(
        method=Method.CARD,
        access_point=point,
        timezone=book.estate.timezone,
        person_id=card.person_id,
        status=card.status,
        valid_from=card.valid_from,
        valid_to=card.valid_to,
        resident=bool(residencies),
        schedules=book.schedules_for(point.id, residencies),
        credential_id=card.id,
    )


def card_of(stores: Stores, book: EstateBook, text: str) -> Credential | Reason:
    """The estate's card of a number as the reader gave it, whatever its state; why not, when there is none."""
    try:
        number = card_number(text)
    except InvalidInput:
        return Reason.CARD_UNREADABLE
    token = hmac.digest(book.card_key, number.encode(), hashlib.sha256)[:CARD_TOKEN_BYTES].hex()
    return stores.credentials.by_token(book.estate.id, CredentialKind.CARD, token) or Reason.UNKNOWN
