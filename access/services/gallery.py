"""What the face process may know: references with a live consent, opened with the person's own key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from access.domain.consent import Purpose
from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.errors import ExternalSystemError, NotFound
from access.domain.residency import ResidencyStatus
from access.ports import Clock, GalleryEntry, SealedReference
from access.services.keyring import Keyring
from access.stores import Database, Stores


class ConsentingGallery:
    """`GallerySource` over the stores. Whatever is not surely allowed is left out."""

    def __init__(self, db: Database, clock: Clock, keyring: Keyring) -> None:
        self._db = db
        self._clock = clock
        self._keyring = keyring

    def version(self, estate_id: str) -> int:
        with self._db.reading() as stores:
            return stores.places.policy_version(estate_id)

    def estate_ids(self) -> Sequence[str]:
        with self._db.reading() as stores:
            return [estate.id for estate in stores.places.estates() if estate.face_enabled]

    def references(self, estate_id: str) -> Sequence[GalleryEntry]:
        now = self._clock.now()
        with self._db.reading() as stores:
            allowed = _agreed(stores, estate_id, now) & _active(stores, estate_id, now)
            opened = (
                self._open(stores, reference)
                for reference in stores.faces.references_of_estate(estate_id)
                if reference.person_id in allowed and now < reference.expires_at
            )
            return [entry for entry in opened if entry is not None]

    def candidates(self, estate_id: str, access_point_id: str) -> frozenset[str]:
        now = self._clock.now()
        with self._db.reading() as stores:
            buildings = {rule.building_id for rule in stores.places.rules_of(access_point_id)}
            if not buildings:
                return frozenset()
            residents = {
                residency.person_id
                for residency in stores.residencies.of_estate(estate_id, ResidencyStatus.APPROVED)
                if residency.is_live(now) and (None in buildings or residency.building_id in buildings)
            }
            return frozenset(residents & _agreed(stores, estate_id, now))

    def people(self, estate_id: str) -> frozenset[str]:
        """person ids with a live consent and references in use; no key is opened for it."""
        return frozenset().union(*self.people_by_model(estate_id).values())

    def people_by_model(self, estate_id: str) -> Mapping[str, frozenset[str]]:
        """The same by the model that made the references."""
        now = self._clock.now()
        found: dict[str, set[str]] = {}
        with self._db.reading() as stores:
            allowed = _agreed(stores, estate_id, now) & _active(stores, estate_id, now)
            for one in stores.faces.references_of_estate(estate_id):
                if one.person_id in allowed and now < one.expires_at:
                    found.setdefault(one.model, set()).add(one.person_id)
        return {model: frozenset(people) for model, people in found.items()}

    def _open(self, stores: Stores, sealed: SealedReference) -> GalleryEntry | None:
        try:
            plain = self._keyring.open_face(stores, sealed.person_id, sealed.estate_id, sealed.sealed)
        except (NotFound, ExternalSystemError):
            return None  # no key, no face: an erased person's row is as good as gone
        return GalleryEntry(sealed.id, sealed.person_id, plain, sealed.model)


def references_in_review(stores: Stores, keyring: Keyring, person_id: str, estate_id: str) -> list[bytes]:
    """One person's references that no gallery holds yet, for the comparison at the desk alone; consent stands."""
    kept = stores.faces.references_of(person_id, estate_id)
    return [keyring.open_face(stores, person_id, estate_id, one.sealed) for one in kept]


def _agreed(stores: Stores, estate_id: str, now: int) -> frozenset[str]:
    use = stores.consents.people_with(estate_id, Purpose.FACE_USE, now)
    return use & stores.consents.people_with(estate_id, Purpose.FACE_SERVER, now)


def _active(stores: Stores, estate_id: str, now: int) -> frozenset[str]:
    return frozenset(
        credential.person_id
        for credential in stores.credentials.of_estate(estate_id, CredentialKind.FACE)
        if credential.status is CredentialStatus.ACTIVE and now < credential.valid_to
    )
