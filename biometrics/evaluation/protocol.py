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
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
RESAMPLES = 200
SEED = 20260101
NOT_FIRST = np.float32(-2.0)
"""Stands for the score of an enrolled person whom somebody else beat."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval and what it was counted on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class FaceSet:
    """Embeddings with their people: vectors (n, d), biases (n,), labels (n,)."""

    vectors: Tensor
    biases: Tensor
    labels: Labels

    def fused(self, groups: Sequence[Rows]) -> FaceSet:
        """One embedding for each group of rows, as `biometrics.encode.fuse` makes it."""
        vectors = unit(np.stack([self.vectors[rows].mean(axis=0) for rows in groups]))
        biases = np.array([self.biases[rows].mean() for rows in groups], np.float32)
        return FaceSet(vectors, biases, self.labels[[int(rows[0]) for rows in groups]])

    def against(self, other: FaceSet) -> Scores:
        """Every score, (n, other n)."""
        return self.vectors @ other.vectors.T + self.biases[:, None] + other.biases[None]


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

    def threshold(self, fmr: float) -> float:
        """The score that the share `fmr` of impostor comparisons reaches."""
        return float(self.impostor[max(0, int(len(self.impostor) * fmr) - 1)])

    def fmr(self, threshold: float) -> float:
        """Share of impostor comparisons that reach the threshold."""
        return float((self.impostor >= threshold).mean())

    def fnmr(self, threshold: float) -> Rate:
        """Share of genuine comparisons below the threshold."""
        return rate(self.genuine < threshold, self.genuine_person)

    def det(self, points: int = 60) -> list[tuple[float, float, float]]:
        """The DET curve: (threshold, FMR, FNMR)."""
        rates = np.geomspace(1 / max(1, len(self.impostor)), 0.2, points)
        thresholds = [self.threshold(float(fmr)) for fmr in rates]
        return [(t, float(f), float((self.genuine < t).mean())) for t, f in zip(thresholds, rates, strict=True)]


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
        own: score of each enrolled person's presentation with their own template, `NOT_FIRST` where another won.
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

    def at(self, threshold: float) -> tuple[float, Rate]:
        """FPIR and FNIR at a threshold chosen elsewhere."""
        return float((self.stranger >= threshold).mean()), rate(self.own < threshold, self.person)


def all_pairs(faces: FaceSet) -> Pairs:
    """Compare every picture with every other once."""
    first, second = np.triu_indices(len(faces.labels), 1)
    scores = faces.against(faces)[first, second].astype(np.float32)
    same = faces.labels[first] == faces.labels[second]
    return Pairs(scores[same], faces.labels[first][same], np.sort(scores[~same])[::-1])


def rate(failed: Flags, person: Labels) -> Rate:
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
    faces: FaceSet, people: int, condition: Condition, repeats: int = 20, may_enrol: Flags | None = None
) -> OpenSet | None:
    """Random galleries of `people`; everyone else is a stranger.

    People with enough pictures are enrolled and come back with another presentation; the rest of the gallery is
    filled with people who do not come back. Several references are averaged, as in `Gallery`; so are frames.

    Args:
        faces: the set.
        people: size of the gallery.
        condition: references a person and frames a presentation.
        repeats: random galleries.
        may_enrol: pictures good enough to be a reference; all when None.

    Returns:
        None when the set has too few people for this size and strangers besides.
    """
    good = np.ones(len(faces.labels), bool) if may_enrol is None else may_enrol
    generator = np.random.default_rng(SEED + people)
    rounds = [one for _ in range(repeats) if (one := _round(faces, people, condition, good, generator)) is not None]
    if not rounds:
        return None
    own, person, stranger = (np.concatenate(part) for part in zip(*rounds, strict=True))
    return OpenSet(own, person, stranger, people)


def impostor_scores(faces: FaceSet, condition: Condition) -> Scores:
    """Impostor scores of full presentations with full templates, all people against all others."""
    generator = np.random.default_rng(SEED)
    sides = []
    for size in (condition.references, condition.frames):
        groups = [rows for rows in _presentations(faces.labels, None, size, generator) if len(rows) == size]
        sides.append(faces.fused(groups))
    templates, probes = sides
    scores = probes.against(templates)
    return np.asarray(scores[probes.labels[:, None] != templates.labels[None]], np.float32)


def _round(
    faces: FaceSet, people: int, condition: Condition, good: Flags, generator: np.random.Generator
) -> tuple[Scores, Labels, Scores] | None:
    enrolled, filling = _sets(faces.labels, condition, good, generator)
    mated = enrolled[:people]
    spare = [references for references, _ in enrolled[people:]] + filling
    chosen = [references for references, _ in mated] + spare[: people - len(mated)]
    if not mated or len(chosen) < people:
        return None
    templates = faces.fused(chosen)
    strangers = list(_presentations(faces.labels, templates.labels, condition.frames, generator))
    if not strangers:
        return None
    probes = faces.fused([frames for _, frames in mated])
    scores = probes.against(templates)
    rank = np.arange(len(mated))
    own = np.where(scores.argmax(axis=1) == rank, scores[rank, rank], NOT_FIRST)
    return own.astype(np.float32), probes.labels, faces.fused(strangers).against(templates).max(axis=1)


def _sets(
    labels: Labels, condition: Condition, good: Flags, generator: np.random.Generator
) -> tuple[list[tuple[Rows, Rows]], list[Rows]]:
    """(references, probe) of people with enough pictures, and references of the others; random order."""
    enrolled, filling = [], []
    for person in generator.permutation(np.unique(labels)):
        rows = generator.permutation(np.flatnonzero(labels == person))
        usable = rows[good[rows]]
        references = usable[: condition.references]
        rest = generator.permutation(np.setdiff1d(rows, references))
        if len(references) == condition.references and len(rest) >= condition.frames:
            enrolled.append((references, rest[: condition.frames]))
        elif len(usable):
            filling.append(references)
    return enrolled, filling


def _presentations(
    labels: Labels, inside: Labels | None, frames: int, generator: np.random.Generator
) -> Iterator[Rows]:
    """Pictures of everyone not `inside`, cut into presentations; the last of a person may be shorter."""
    for person in np.unique(labels) if inside is None else np.setdiff1d(labels, inside):
        rows = generator.permutation(np.flatnonzero(labels == person))
        for start in range(0, len(rows), frames):
            yield rows[start : start + frames]
