"""Error rates in the words of ISO/IEC 19795-1: FMR, FNMR (1:1) and FPIR, FNIR (1:N, open set).

Intervals are from resampling people, not comparisons: comparisons that share a person are not independent, and
an interval that pretended they were would be far too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biometrics.encode import unit
from biometrics.nets import Tensor

Labels = NDArray[np.int64]
Scores = NDArray[np.float32]
RESAMPLES = 200
SEED = 20260101


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval and what it was counted on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scores of all comparisons of a set with itself.

    Attributes:
        genuine: of one person's pictures.
        genuine_person: label of that person, same length.
        impostor: of different people's pictures, falling.
    """

    genuine: Scores
    genuine_person: Labels
    impostor: Scores


@dataclass(frozen=True, slots=True)
class Condition:
    """How many references a person has and how many frames a presentation has."""

    references: int
    frames: int

    @property
    def key(self) -> str:
        """As in the calibration file."""
        return f"{self.references}x{self.frames}"


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Outcome of the open-set protocol at one size.

    Attributes:
        own: score of each enrolled person's presentation with their own template where it came first, else -2.
        person: label of each presentation in `own`.
        stranger: highest score of each stranger's presentation.
        people: size of the gallery.
    """

    own: Scores
    person: Labels
    stranger: Scores
    people: int

    def fnir(self, fpir: float) -> tuple[Rate, float]:
        """Share of enrolled people's presentations not identified, at the threshold that gives `fpir` here."""
        threshold = float(np.quantile(self.stranger, 1 - fpir))
        return rate(self.own < threshold, self.person), threshold

    def at(self, threshold: float) -> tuple[float, float]:
        """FPIR and FNIR at a threshold chosen elsewhere."""
        return float((self.stranger >= threshold).mean()), float((self.own < threshold).mean())


def all_pairs(vectors: Tensor, labels: Labels) -> Pairs:
    """Compare every picture with every other once."""
    first, second = np.triu_indices(len(labels), 1)
    scores = (vectors @ vectors.T)[first, second].astype(np.float32)
    same = labels[first] == labels[second]
    return Pairs(scores[same], labels[first][same], np.sort(scores[~same])[::-1])


def threshold_at(pairs: Pairs, fmr: float) -> float:
    """The score that the share `fmr` of impostor comparisons exceeds."""
    return float(pairs.impostor[max(0, int(len(pairs.impostor) * fmr) - 1)])


def fnmr_at(pairs: Pairs, threshold: float) -> Rate:
    """Share of genuine comparisons below the threshold."""
    return rate(pairs.genuine < threshold, pairs.genuine_person)


def det(pairs: Pairs, points: int = 60) -> list[tuple[float, float, float]]:
    """The DET curve: (threshold, FMR, FNMR)."""
    rates = np.geomspace(1 / max(1, len(pairs.impostor)), 0.2, points)
    thresholds = [threshold_at(pairs, float(fmr)) for fmr in rates]
    return [(t, float(f), float((pairs.genuine < t).mean())) for t, f in zip(thresholds, rates, strict=True)]


def rate(failed: NDArray[np.bool_], person: Labels) -> Rate:
    """Share of failures with a 95 % interval from resampling people."""
    if not len(failed):
        return Rate(float("nan"), float("nan"), float("nan"), 0)
    people, index = np.unique(person, return_inverse=True)
    failures = np.bincount(index, weights=failed, minlength=len(people))
    counts = np.bincount(index, minlength=len(people))
    drawn = np.random.default_rng(SEED).integers(0, len(people), (RESAMPLES, len(people)))
    shares = failures[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return Rate(float(failed.mean()), float(low), float(high), len(failed))


def open_set(
    vectors: Tensor,
    labels: Labels,
    people: int,
    condition: Condition,
    repeats: int = 20,
    may_enrol: NDArray[np.bool_] | None = None,
) -> OpenSet | None:
    """Random galleries of `people`; everyone else is a stranger.

    People with enough pictures are enrolled and come back with another presentation; the rest of the gallery is
    filled with people who do not come back. Several references are averaged, as in `Gallery`; so are frames.

    Args:
        vectors: unit vectors (n, d).
        labels: people, int (n,).
        people: size of the gallery.
        condition: references a person and frames a presentation.
        repeats: random galleries.
        may_enrol: pictures good enough to be a reference; all when None.

    Returns:
        None when the set has too few people for this size and strangers besides.
    """
    good = np.ones(len(labels), bool) if may_enrol is None else may_enrol
    generator = np.random.default_rng(SEED + people)
    rounds = [one for _ in range(repeats) if (one := _round(vectors, labels, people, condition, good, generator))]
    if not rounds:
        return None
    own, person, stranger = (np.concatenate(part) for part in zip(*rounds, strict=True))
    return OpenSet(own, person, stranger, people)


def _round(
    vectors: Tensor,
    labels: Labels,
    people: int,
    condition: Condition,
    good: NDArray[np.bool_],
    generator: np.random.Generator,
) -> tuple[Scores, Labels, Scores] | None:
    enrolled, filling = _sets(labels, condition, good, generator)
    mated = enrolled[:people]
    if len(mated) + len(filling) <= people or not mated:
        return None
    spare = [reference for reference, _ in enrolled[people:]] + filling
    filled = spare[: people - len(mated)]
    references = [reference for reference, _ in mated] + filled
    templates = unit(np.stack([vectors[rows].mean(axis=0) for rows in references]))
    probes = unit(np.stack([vectors[rows].mean(axis=0) for _, rows in mated]))
    scores = probes @ templates.T
    rank = np.arange(len(mated))
    own = np.where(scores.argmax(axis=1) == rank, scores[rank, rank], np.float32(-2.0))
    inside = np.unique(labels[np.concatenate(references)])
    strange = unit(
        np.stack(
            [vectors[rows].mean(axis=0) for rows in _presentations(labels, inside, condition.frames, generator)]
        )
    )
    return own.astype(np.float32), labels[[rows[0] for _, rows in mated]], (strange @ templates.T).max(axis=1)


def _sets(
    labels: Labels, condition: Condition, good: NDArray[np.bool_], generator: np.random.Generator
) -> tuple[list[tuple[NDArray[np.int64], NDArray[np.int64]]], list[NDArray[np.int64]]]:
    """(references, probe) of people with enough pictures, and references of the others; random order."""
    enrolled, filling = [], []
    for person in generator.permutation(np.unique(labels)):
        rows = generator.permutation(np.flatnonzero(labels == person))
        usable = rows[good[rows]]
        references = usable[: condition.references]
        rest = np.setdiff1d(rows, references)
        if len(references) == condition.references and len(rest) >= condition.frames:
            enrolled.append((references, generator.permutation(rest)[: condition.frames]))
        elif len(usable):
            filling.append(references)
    return enrolled, filling


def _presentations(
    labels: Labels, inside: Labels, frames: int, generator: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Each stranger's pictures cut into presentations; a stranger with fewer pictures shows what there is."""
    for person in np.setdiff1d(labels, inside):
        rows = generator.permutation(np.flatnonzero(labels == person))
        for start in range(0, len(rows), frames):
            yield rows[start : start + frames]


def impostor_tail_scores(vectors: Tensor, labels: Labels, condition: Condition, seed: int = SEED) -> Scores:
    """Impostor scores of fused presentations with fused templates, all people against all others.

    People with too few pictures for a full template or presentation give what they have.
    """
    generator = np.random.default_rng(seed)
    sides = []
    for size in (condition.references, condition.frames):
        groups = list(_presentations(labels, np.zeros(0, np.int64), size, generator))
        full = [rows for rows in groups if len(rows) == size] if size > 1 else groups
        sides.append(
            (unit(np.stack([vectors[rows].mean(axis=0) for rows in full])), labels[[rows[0] for rows in full]])
        )
    (templates, owners), (probes, people) = sides
    scores = probes @ templates.T
    return np.asarray(scores[people[:, None] != owners[None]], np.float32)


def summary(rates: Sequence[Rate]) -> str:
    """Rates as people read them."""
    return ", ".join(
        f"{100 * one.value:.2f} % [{100 * one.low:.2f}, {100 * one.high:.2f}] (n = {one.n})" for one in rates
    )
