"""A signed receipt for one answer of a person, to keep and to have verified by anybody.

The record has the fields of ISO/IEC TS 27560:2023 (consent record information structure), in its words:
identifiers, the notice, the purposes with lawful basis and categories, storage, parties, rights, and the event.
Canonical JSON (RFC 8785) with an Ed25519 signature by the estate's receipt key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from access.domain.consent import Consent, ConsentStatus, Notice, Purpose
from access.domain.errors import NotFound
from access.domain.places import Estate
from access.domain.times import FOREVER, SECOND
from access.services.house import House
from access.services.signing import RECEIPTS, sign
from access.stores import Stores

TYPE = "kaimen.consent-receipt.v1"
SCHEMA = "ISO/IEC TS 27560:2023"


@dataclass(frozen=True, slots=True)
class _Processing:
    """What a purpose means, for the receipt."""

    what: str
    data: tuple[str, ...]
    special: bool
    storage: str
    method: str


_PROCESSING = {
    Purpose.ACCESS: _Processing(
        "open the doors that the person may use",
        ("name", "household", "entry records"),
        False,
        "the estate's server",
        "QR pass and card",
    ),
    Purpose.FACE_USE: _Processing(
        "use the person's face to open doors", ("face image", "face reference"), True, "the gate", "comparison"
    ),
    Purpose.FACE_SERVER: _Processing(
        "keep and match the person's face off the gate",
        ("face reference",),
        True,
        "the estate's server, encrypted under the person's own key",
        "comparison",
    ),
    Purpose.PHONE_CONTACT: _Processing(
        "reach the person by phone", ("phone number",), False, "the estate's server", "call by staff"
    ),
}


def receipt(house: House, person_id: str, consent_id: str) -> str:
    """The signed receipt of one's own answer; the same answer always gives the same receipt.

    Raises:
        NotFound: ``consent.unknown``, also for somebody else's: a child's guardian gets the child's.
    """
    with house.db.reading() as stores:
        consent = stores.consents.get(consent_id)
        if consent is None or person_id not in {consent.person_id, consent.guardian_id}:
            raise NotFound("consent.unknown", "no such consent")
        return sign(house, stores, consent.estate_id, _body(stores, consent), RECEIPTS)


def _body(stores: Stores, consent: Consent) -> dict[str, object]:
    estate, notice = stores.places.estate(consent.estate_id), stores.consents.notice(consent.notice_hash)
    if estate is None:
        raise NotFound("estate.unknown", "no such estate")
    return {
        "type": TYPE,
        "schema_version": SCHEMA,
        "record_id": consent.id,
        "pii_principal_id": consent.person_id,
        "pii_processing": [_processing(estate, consent, notice)],
        "party_identification": [
            {
                "party_id": estate.id,
                "party_name": estate.processor,
                "party_role": "PII controller",
                "party_contact": estate.contact,
            }
        ],
        "event": _event(consent),
        "estate": estate.id,
    }


def _processing(estate: Estate, consent: Consent, notice: Notice | None) -> dict[str, object]:
    meant = _PROCESSING[consent.purpose]
    return {
        "privacy_notice": {
            "hash": consent.notice_hash,
            "hash_algorithm": "SHA-256",
            "version": notice.version if notice else None,
            "language": ["zh-CN", "en"],
        },
        "purpose": consent.purpose.value,
        "purpose_description": meant.what,
        "lawful_basis": "consent (PIPL art. 13, 29)" if meant.special else "consent (PIPL art. 13)",
        "pii_categories": list(meant.data),
        "special_categories": ["biometric"] if meant.special else [],
        "processing_method": meant.method,
        "storage_location": meant.storage,
        "retention_period": _time(consent.expires_at) or "until withdrawn, moved out or closed",
        "geographic_restriction": "China",
        "recipients": [],
        "withdrawal_method": "by the person, on the phone or in chat, at any time; pass and card go on",
        "privacy_rights": ["access", "copy", "correction", "deletion", "objection", "explanation"],
        "jurisdiction": "CN",
        "controller": estate.processor,
    }


def _event(consent: Consent) -> dict[str, object]:
    state = {
        ConsentStatus.GIVEN: "consent given",
        ConsentStatus.REFUSED: "consent refused",
        ConsentStatus.WITHDRAWN: "consent withdrawn",
        ConsentStatus.EXPIRED: "consent expired",
    }
    return {
        "event_type": "explicit",
        "event_state": state[consent.status],
        "event_time": _time(consent.decided_at),
        "validity_until": _time(consent.expires_at),
        "channel": consent.channel.value,
        "entity_id": consent.guardian_id or consent.person_id,
        "entity_role": "guardian" if consent.guardian_id else "PII principal",
    }


def _time(at: int) -> str | None:
    """RFC 3339 in UTC; None for never."""
    if at >= FOREVER:
        return None
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
