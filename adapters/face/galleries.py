"""The decrypted galleries: held in this process's memory only, kept in step with their source."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from access.domain.errors import ExternalSystemError, KaimenError
from access.ports import GalleryEntry, GallerySource
from adapters.face.options import TransformKeys
from biometrics.encode import Embedding
from biometrics.gallery import Gallery, Mask
from biometrics.reference import MalformedReferenceError, unpack
from biometrics.transform import transform_id

_Rows = list[tuple[str, Embedding]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Generation:
    """References that may meet: one model, one transform."""

    model: str
    key: bytes


@dataclass(frozen=True, slots=True)
class EstateGallery:
    """One estate at one version; `serial` tells two loads of the same version apart."""

    version: int
    serial: int
    generations: Mapping[Generation, Gallery]
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may be compared at one access point."""

    people: frozenset[str]
    masks: Mapping[Generation, Mask]
    serial: int
    read_at: float


class Galleries:
    """Every estate's gallery. Asks for the version before each use, so a withdrawal counts at once.

    Args:
        source: where the references come from.
        models: in use; others are skipped.
        keys: secret transforms by estate, the current one first.
        candidates_s: how long a list of candidates is trusted at one version.
    """

    def __init__(
        self, source: GallerySource, models: tuple[str, ...], keys: TransformKeys, candidates_s: float
    ) -> None:
        self._source = source
        self._models = models
        self._keys = keys
        self._candidates_s = candidates_s
        self._lock = threading.Lock()
        self._serials = itertools.count(1)
        self._held: dict[str, EstateGallery] = {}
        self._allowed: dict[tuple[str, str], Allowed] = {}

    def get(self, estate_id: str) -> EstateGallery:
        """The estate's gallery at its present version.

        Raises:
            ExternalSystemError: ``face.source`` when the source cannot be asked.
        """
        try:
            version = self._source.version(estate_id)
            held = self._held.get(estate_id)
            return held if held is not None and held.version == version else self._load(estate_id)
        except KaimenError:
            raise
        except Exception as error:
            raise ExternalSystemError(
                "face.source", f"the gallery source failed: {type(error).__name__}"
            ) from error

    def allowed(self, estate_id: str, access_point_id: str, gallery: EstateGallery) -> Allowed:
        """Who may be compared at the access point; asked anew after a change and after `candidates_s`."""
        name = (estate_id, access_point_id)
        known, now = self._allowed.get(name), time.monotonic()
        if known is not None and known.serial == gallery.serial and now - known.read_at < self._candidates_s:
            return known
        try:
            people = self._source.candidates(estate_id, access_point_id) & gallery.people
        except Exception as error:
            raise ExternalSystemError(
                "face.source", f"the gallery source failed: {type(error).__name__}"
            ) from error
        if known is not None and known.serial == gallery.serial and known.people == people:
            masks = known.masks
        else:
            masks = {generation: one.mask(people) for generation, one in gallery.generations.items()}
        fresh = Allowed(people, masks, gallery.serial, now)
        self._allowed[name] = fresh
        return fresh

    def keys(self, estate_id: str) -> tuple[bytes, ...]:
        """Transform keys of the estate, the current one first; the empty key stands for "none"."""
        return tuple(self._keys(estate_id)) or (b"",)

    def held_estates(self) -> tuple[str, ...]:
        """Estates with a gallery in memory."""
        return tuple(self._held)

    def drop(self, estate_id: str) -> None:
        """Forget an estate; its vectors are overwritten when the last search that uses them ends."""
        with self._lock:
            self._held.pop(estate_id, None)
            self._allowed = {name: value for name, value in self._allowed.items() if name[0] != estate_id}

    def _load(self, estate_id: str) -> EstateGallery:
        with self._lock:
            version = self._source.version(estate_id)  # before the references: a change in between loads again
            held = self._held.get(estate_id)
            if held is not None and held.version == version:
                return held
            entries = self._source.references(estate_id)
            rows = self._rows(estate_id, entries)
            generations = {generation: Gallery(members) for generation, members in rows.items()}
            for members in rows.values():
                for _, embedding in members:
                    embedding.vector.fill(0.0)  # the gallery holds templates of its own
            people = frozenset(person for one in generations.values() for person in one.people)
            fresh = EstateGallery(version, next(self._serials), generations, people)
            self._held[estate_id] = fresh
            return fresh

    def _rows(
        self, estate_id: str, entries: Sequence[GalleryEntry]
    ) -> dict[Generation, list[tuple[str, Embedding]]]:
        by_id = {transform_id(key): key for key in self.keys(estate_id)}
        rows: dict[Generation, _Rows] = {}
        skipped = Counter[str]()
        for entry in entries:
            if entry.model not in self._models:
                skipped[f"of {entry.model}"] += 1
                continue
            try:
                reference = unpack(entry.reference)
            except MalformedReferenceError:
                skipped["damaged"] += 1
                continue
            if reference.transform not in by_id:
                skipped["under another transform"] += 1
                continue
            generation = Generation(entry.model, by_id[reference.transform])
            rows.setdefault(generation, []).append((entry.person_id, reference.embedding))
        for what, count in skipped.items():
            log.warning(
                "face references are not compared; `kaimen status` says more", extra={"what": what, "count": count}
            )
        return rows
