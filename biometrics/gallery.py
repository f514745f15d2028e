"""The references of one estate under one model and one transform, and the exact search through them.

Every comparison is made (one matrix product): recall is 1.0 by construction. A person with several references
is compared as one template, the mean of their vectors, which measured better than the best single reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biometrics.encode import Embedding, fuse
from biometrics.nets import Tensor

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The two nearest people.

    Attributes:
        person_id: of the nearest.
        score: cosine similarity with their template, and both biases.
        runner_up: score of the second person, -1.0 when there is no other.
        references: how many references the nearest person's template is made of.
    """

    person_id: str
    score: float
    runner_up: float
    references: int


class Gallery:
    """Immutable once built; the vectors are overwritten when the last user lets go of it."""

    def __init__(self, rows: Iterable[tuple[str, Embedding]]) -> None:
        """Args: rows: (person id, embedding), any order."""
        grouped: dict[str, list[Embedding]] = {}
        for person, embedding in rows:
            grouped.setdefault(person, []).append(embedding)
        self.people: tuple[str, ...] = tuple(grouped)
        self._row = {person: row for row, person in enumerate(self.people)}
        self._counts = [len(members) for members in grouped.values()]
        fused = [fuse(members) for members in grouped.values()]
        self.templates: Tensor = np.stack([one.vector for one in fused]) if fused else np.zeros((0, 1), np.float32)
        self._biases: Tensor = np.array([one.bias for one in fused], np.float32)

    def __len__(self) -> int:
        return len(self.people)

    def __contains__(self, person_id: object) -> bool:
        return person_id in self._row

    def mask(self, candidates: frozenset[str]) -> Mask:
        """bool (people,): who may be compared; computed once for each version and access point."""
        return np.fromiter((person in candidates for person in self.people), dtype=bool, count=len(self.people))

    def nearest(self, probe: Embedding, allowed: Mask) -> Nearest | None:
        """The nearest of the allowed people, None when nobody is allowed."""
        if not allowed.any():
            return None
        scores = np.where(allowed, self._scores(probe), np.float32(-2.0))
        first = int(scores.argmax())
        top = float(scores[first])
        scores[first] = -2.0
        return Nearest(self.people[first], top, max(-1.0, float(scores.max())), self._counts[first])

    def score(self, person_id: str, probe: Embedding) -> tuple[float, int] | None:
        """Score of one person's template and the number of their references; None when they have none."""
        row = self._row.get(person_id)
        if row is None:
            return None
        return float(self.templates[row] @ probe.vector) + float(self._biases[row]) + probe.bias, self._counts[row]

    def above(self, probe: Embedding, threshold: float) -> Sequence[str]:
        """Everyone whose template scores at least `threshold`."""
        return [self.people[row] for row in np.flatnonzero(self._scores(probe) >= threshold)] if len(self) else []

    def _scores(self, probe: Embedding) -> Tensor:
        return self.templates @ probe.vector + (self._biases + np.float32(probe.bias))

    def __del__(self) -> None:
        """Overwrite the vectors when nobody searches them any more, rather than leave them in freed memory."""
        if hasattr(self, "templates"):
            self.templates.fill(0.0)
