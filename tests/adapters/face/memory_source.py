"""A `GallerySource` that keeps everything in memory: a real one, with versions, rights and failure."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence

from access.ports import GalleryEntry


class MemorySource:
    """Estates with their references and rights. `broken` makes every question fail, as a lost database does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: dict[str, int] = defaultdict(int)
        self._references: dict[str, list[GalleryEntry]] = defaultdict(list)
        self._rights: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.broken = False

    def enrol(self, estate: str, person: str, reference: bytes, model: str, *points: str) -> None:
        """Add a reference and rights, and raise the version."""
        with self._lock:
            entries = self._references[estate]
            entries.append(GalleryEntry(f"{person}-{len(entries)}", person, reference, model))
            for point in points:
                self._rights[estate, point].add(person)
            self._versions[estate] += 1

    def erase(self, estate: str, person: str) -> None:
        """Remove a person's references and rights, and raise the version."""
        with self._lock:
            self._references[estate] = [e for e in self._references[estate] if e.person_id != person]
            for people in self._rights.values():
                people.discard(person)
            self._versions[estate] += 1

    def version(self, estate_id: str) -> int:
        self._ask()
        return self._versions[estate_id]

    def estate_ids(self) -> Sequence[str]:
        self._ask()
        return list(self._references)

    def references(self, estate_id: str) -> Sequence[GalleryEntry]:
        self._ask()
        return list(self._references[estate_id])

    def candidates(self, estate_id: str, access_point_id: str) -> frozenset[str]:
        self._ask()
        return frozenset(self._rights[estate_id, access_point_id])

    def _ask(self) -> None:
        if self.broken:
            raise OSError("the database is gone")
