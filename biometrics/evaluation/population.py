"""FPIR and FNIR for galleries larger than the set, computed from counted comparisons.

Each probe is compared with everybody else in the set. Of a probe that k of M others reach at a threshold, the
chance that nobody of N reaches it is (1 - k / M) ** N, if the N are like the M. FPIR(N) is the mean over probes,
so that a few strangers who look like many ("wolves") count as what they are; FNIR(N) adds to the misses those
whom somebody else would beat. It is exact in the mean for N up to M, and carries the set no further than its
comparisons: where only a handful of probes have a false match at all, the interval says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biometrics.evaluation.protocol import (
    SEED,
    Condition,
    FaceSet,
    Flags,
    Labels,
    Rate,
    Scores,
    by_person,
    enrolment,
    presentations,
    rate,
)

KEPT = 100
"""Highest scores kept of each probe; a probe with more false matches than that opens any gate."""
BLOCK = 1024
STEPS = 40


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody's presentations against everybody else.

    Attributes:
        top: the `KEPT` highest scores of each presentation with other people's templates, falling.
        person: label of each.
        own: score of enrolled people's presentations with their own template.
        own_top: the same as `top` for those.
        own_person: label of each.
        others: how many other people's templates each was compared with.
    """

    top: Scores
    person: Labels
    own: Scores
    own_top: Scores
    own_person: Labels
    others: int

    def fpir(self, threshold: float, people: int) -> Rate:
        """FPIR in a gallery of `people`."""
        hits = (self.top >= threshold).sum(axis=1)
        return rate(self._taken(hits, people), self.person)

    def fnir(self, threshold: float, people: int) -> Rate:
        """FNIR in a gallery of `people`."""
        beaten = self._taken((self.own_top > self.own[:, None]).sum(axis=1), people - 1)
        return rate(np.where(self.own < threshold, 1.0, beaten), self.own_person)

    def threshold(self, fpir: float, people: int) -> float:
        """The lowest threshold that holds `fpir` in a gallery of `people`."""
        low, high = -1.0, 1.5
        for _ in range(STEPS):
            middle = (low + high) / 2
            taken = self._taken((self.top >= middle).sum(axis=1), people)
            low, high = (middle, high) if float(taken.mean()) > fpir else (low, middle)
        return high

    def mistaken(self, threshold: float) -> int:
        """How many different people have a false match at all."""
        return len(np.unique(self.person[self.top[:, 0] >= threshold]))

    def _taken(self, hits: Labels, people: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return 1 - (1 - np.minimum(hits / self.others, 1.0)) ** people


def population(
    faces: FaceSet, condition: Condition, may_enrol: Flags | None = None, fill: FaceSet | None = None
) -> Population | None:
    """Compare everybody's presentations with one template of everybody else; None with fewer than ten people.

    Args:
        faces: the set; its people are probes, templates and strangers to each other.
        condition: references a person (fewer where there are fewer) and frames a presentation.
        may_enrol: pictures good enough to be a reference.
        fill: others who are templates alone.
    """
    good = np.ones(len(faces.labels), bool) if may_enrol is None else may_enrol
    generator = np.random.default_rng(SEED)
    enrolled, filling = enrolment(faces.labels, condition, good, generator)
    groups = [references for references, _ in enrolled] + filling
    if len(groups) < 10 or not enrolled:  # noqa: PLR2004 - fewer are no population
        return None
    templates = faces.fused(groups)
    if fill is not None:
        rest = fill.fused([rows[: condition.references] for rows in by_person(fill.labels, generator)])
        templates = FaceSet(
            np.concatenate([templates.vectors, rest.vectors]),
            np.concatenate([templates.biases, rest.biases]),
            np.concatenate([templates.labels, -1 - rest.labels]),
        )
    shown = faces.fused(presentations(faces.labels, condition.frames, generator))
    back = faces.fused([frames for _, frames in enrolled])
    own = (back.vectors * templates.vectors[: len(enrolled)]).sum(axis=1)
    own = own + back.biases + templates.biases[: len(enrolled)]
    return Population(
        _highest(shown, templates),
        shown.labels,
        own.astype(np.float32),
        _highest(back, templates),
        back.labels,
        len(templates.labels) - 1,
    )


def _highest(probes: FaceSet, templates: FaceSet) -> Scores:
    """The highest scores of each probe with other people's templates, falling, (n, `KEPT` or fewer)."""
    kept = min(KEPT, len(templates.labels) - 1)
    found = []
    for start in range(0, len(probes.labels), BLOCK):
        part = probes.rows(np.arange(start, min(start + BLOCK, len(probes.labels))))
        scores = part.against(templates)
        scores[part.labels[:, None] == templates.labels[None]] = -2.0
        top = np.partition(scores, -kept, axis=1)[:, -kept:]
        found.append(-np.sort(-top, axis=1))
    return np.concatenate(found)
