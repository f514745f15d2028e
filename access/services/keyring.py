"""Which key serves what. Everything of an estate derives from its wrapped secret; a person has keys of their own.

Labels are part of the format: changing one makes what it sealed or signed unreadable.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nacl.signing import SigningKey

from access.domain.errors import NotFound
from access.domain.people import App, KeyKind
from access.domain.renewal import FIRST_TRANSFORM, FaceRenewal, Why
from access.ports import Keys
from access.stores import Database, Stores

INSTALLATION = "installation"
"""Name of the installation's own secret among the platform's."""
CARD_TOKEN_BYTES = 16
VISITOR_LINK_BYTES = 18


def installation_secret(db: Database) -> Callable[[], bytes | None]:
    """What reads the installation's wrapped secret; inside a transaction it sees what that one sees."""

    def read() -> bytes | None:
        with db.reading() as stores:
            return stores.platform.secret(INSTALLATION)

    return read


def transform_number(renewals: Iterable[FaceRenewal]) -> int:
    """Number of the transform in force after these renewals of an estate."""
    return max((renewal.transform for renewal in renewals), default=FIRST_TRANSFORM)


@dataclass(frozen=True, slots=True)
class EstatePassKeys:
    """`PassKeys` of one estate, derived on demand (RFC 8032 public keys, 32-byte day keys)."""

    keys: Keys
    secret: bytes
    key_ids: tuple[int, ...]

    def verify_key(self, key_id: int) -> bytes | None:
        if key_id not in self.key_ids:
            return None
        return bytes(SigningKey(self.seed(key_id)).verify_key)

    def seed(self, key_id: int) -> bytes:
        """Ed25519 seed of a pass signing key, 32 bytes."""
        return self.keys.derive(self.secret, f"pass-sign/{key_id}")

    def day_key(self, day: int) -> bytes | None:
        return self.keys.derive(self.secret, f"pass-day/{day}")


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by purpose, over the `Keys` port."""

    keys: Keys

    def passes(self, stores: Stores, estate_id: str) -> EstatePassKeys:
        secret = stores.places.estate_secret(estate_id)
        return EstatePassKeys(self.keys, secret, stores.places.pass_key_ids(estate_id))

    def root_seed(self, stores: Stores, estate_id: str) -> bytes:
        """Ed25519 seed of the estate's root key, pinned by gates at claim."""
        return self.keys.derive(stores.places.estate_secret(estate_id), "root")

    def command_seed(self, stores: Stores, estate_id: str, number: int) -> bytes:
        """Ed25519 seed that signs commands and lists to gates; certified by the root key.

        Args:
            number: a live key number of the estate (the same numbers as of its pass keys).
        """
        return self.keys.derive(stores.places.estate_secret(estate_id), f"command-sign/{number}")

    def receipt_seed(self, stores: Stores, estate_id: str) -> bytes:
        """Ed25519 seed that signs consent receipts, erasure receipts and certificates."""
        return self.keys.derive(stores.places.estate_secret(estate_id), "receipt-sign/1")

    def card_key(self, stores: Stores, estate_id: str) -> bytes:
        """HMAC key under which the estate's card numbers are kept, here and at its gates."""
        return self.keys.derive(stores.places.estate_secret(estate_id), "card")

    def card_token(self, stores: Stores, estate_id: str, number: str) -> str:
        """HMAC-SHA256(card key, number)[:16] in hexadecimal; `number` as `credentials.card_number` gives it."""
        digest = hmac.digest(self.card_key(stores, estate_id), number.encode(), hashlib.sha256)
        return digest[:CARD_TOKEN_BYTES].hex()

    def visitor_link(self, stores: Stores, estate_id: str, pass_id: str) -> str:
        """Secret of a visitor's link: 24 characters, 144 bits. Derived, so the host can be shown it again."""
        derived = self.keys.derive(stores.places.estate_secret(estate_id), f"visitor-link/{pass_id}")
        return base64.urlsafe_b64encode(derived[:VISITOR_LINK_BYTES]).decode()

    def face_transforms(self, stores: Stores, estate_id: str) -> list[bytes]:
        """Secrets of the estate's template transform: the same face cannot be linked between estates.

        The one in force comes first; while it takes the place of another, that one after it.
        """
        renewals = stores.faces.renewals(estate_id)
        number = transform_number(renewals)
        changing = any(one.ended_at is None and one.why is Why.TRANSFORM for one in renewals)
        secret = stores.places.estate_secret(estate_id)
        numbers = (number, number - 1) if changing else (number,)
        return [self.keys.derive(secret, f"face-transform/{one}") for one in numbers]

    def account(self, app: App, openid: str) -> str:
        """Blind index of an openid."""
        return self.keys.blind(f"openid/{app}", openid)

    def seal_chat(self, plain: bytes, account: str) -> bytes:
        """Seal a waiting answer or conversation field of somebody who may have no person record yet."""
        return self.keys.seal(self.keys.installation("chat"), plain, account)

    def open_chat(self, sealed: bytes, account: str) -> bytes:
        return self.keys.open(self.keys.installation("chat"), sealed, account)

    def seal_staff(self, plain: bytes, staff_id: str) -> bytes:
        """Seal a staff member's TOTP secret."""
        return self.keys.seal(self.keys.installation("staff"), plain, staff_id)

    def open_staff(self, sealed: bytes, staff_id: str) -> bytes:
        return self.keys.open(self.keys.installation("staff"), sealed, staff_id)

    def make_identity_key(self, stores: Stores, person_id: str) -> None:
        wrapped = self.keys.new_key(self.keys.installation("identity"))
        stores.people.save_key(person_id, KeyKind.IDENTITY, wrapped)

    def seal_identity(self, stores: Stores, person_id: str, plain: str) -> bytes:
        """Seal a personal field; the empty text stays empty bytes."""
        if not plain:
            return b""
        return self.keys.seal(self._identity(stores, person_id), plain.encode(), person_id)

    def open_identity(self, stores: Stores, person_id: str, sealed: bytes) -> str:
        """Only `access.services.personal_data` calls this, so that no read goes unrecorded."""
        if not sealed:
            return ""
        return self.keys.open(self._identity(stores, person_id), sealed, person_id).decode()

    def make_face_key(self, stores: Stores, person_id: str, estate_id: str) -> None:
        """A new face key where none stands: made with the consent, destroyed with it."""
        if stores.people.key(person_id, KeyKind.FACE, estate_id) is None:
            wrapped = self.keys.new_key(self._face_wrapping(stores, estate_id))
            stores.people.save_key(person_id, KeyKind.FACE, wrapped, estate_id)

    def seal_face(self, stores: Stores, person_id: str, estate_id: str, plain: bytes) -> bytes:
        return self.keys.seal(self._face(stores, person_id, estate_id), plain, f"{person_id}/{estate_id}")

    def open_face(self, stores: Stores, person_id: str, estate_id: str, sealed: bytes) -> bytes:
        return self.keys.open(self._face(stores, person_id, estate_id), sealed, f"{person_id}/{estate_id}")

    def renew_identity(self, wrapped: bytes) -> bytes:
        """A person's identity key, moved from under a master key; see `access.services.prepare_keys`."""
        return self.keys.renew(wrapped, "identity")

    def renew_staff(self, sealed: bytes, staff_id: str) -> bytes:
        return self.keys.renew(sealed, "staff", staff_id)

    def seal_document(self, stores: Stores, estate_id: str, plain: bytes) -> bytes:
        """Seal a paper of the estate: an impact assessment, the scan of an authority's request."""
        return self.keys.seal(self._documents(stores, estate_id), plain, f"document/{estate_id}")

    def open_document(self, stores: Stores, estate_id: str, sealed: bytes) -> bytes:
        return self.keys.open(self._documents(stores, estate_id), sealed, f"document/{estate_id}")

    def audit_seed(self, stores: Stores) -> bytes:
        """Ed25519 seed that signs the heads and exports of the audit chain; made when first used."""
        return self._platform(stores, "audit", "audit-head/1")

    def gate_authority_seed(self, stores: Stores) -> bytes:
        """Ed25519 seed of the certificate authority for gates at a broker; made when first used."""
        return self._platform(stores, "gates", "gate-authority/1")

    def _platform(self, stores: Stores, name: str, label: str) -> bytes:
        """A secret of the installation outlives a change of the master key: it stands wrapped, not derived."""
        wrapped = stores.platform.secret(name)
        if wrapped is None:
            wrapped = stores.platform.first_secret(name, self.keys.new_secret())
        return self.keys.derive(wrapped, label)

    def _documents(self, stores: Stores, estate_id: str) -> bytes:
        return self.keys.derive(stores.places.estate_secret(estate_id), "document/1")

    def _identity(self, stores: Stores, person_id: str) -> bytes:
        wrapped = stores.people.key(person_id, KeyKind.IDENTITY)
        if wrapped is None:
            raise NotFound("person.erased", "the person's identity key is gone")
        return self.keys.unwrap(wrapped, self.keys.installation("identity"))

    def _face(self, stores: Stores, person_id: str, estate_id: str) -> bytes:
        wrapped = stores.people.key(person_id, KeyKind.FACE, estate_id)
        if wrapped is None:
            raise NotFound("face.erased", "the person's face key is gone")
        return self.keys.unwrap(wrapped, self._face_wrapping(stores, estate_id))

    def _face_wrapping(self, stores: Stores, estate_id: str) -> bytes:
        return self.keys.derive(stores.places.estate_secret(estate_id), "face-wrap")
