"""Error rates in the words of ISO/IEC 19795-1: what a rate is; FPIR and FNIR (1:N, open set) by trial galleries.

Intervals are from resampling people, not comparisons: comparisons that share a person are not independent, and an
interval that pretended they were would be far too narrow. Where nothing failed at all resampling says nothing;
there, and where all people fare alike, the interval is Wilson's for the number of people.
"""

from __future__ import annotations

from collections.abc import Sequence
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
FEW_PEOPLE = 1000
"""Galleries larger than this are tried fewer times: each then tries more presentations."""
BLOCK = 2048


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

    def rows(self, chosen: Rows) -> FaceSet:
        """Some of the embeddings."""
        return FaceSet(self.vectors[chosen], self.biases[chosen], self.labels[chosen])

    def fused(self, groups: Sequence[Rows]) -> FaceSet:
        """One embedding for each group of rows, as `biometrics.encode.fuse` makes it."""
        flat = np.concatenate([np.asarray(rows) for rows in groups])
        sizes = np.array([len(rows) for rows in groups])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        summed = np.add.reduceat(self.vectors[flat], starts, axis=0)
        vectors = unit(np.asarray(summed / sizes[:, None], np.float32))
        biases = np.add.reduceat(self.biases[flat], starts) / sizes
        return FaceSet(vectors, biases.astype(np.float32), self.labels[flat[starts]])

    def against(self, other: FaceSet) -> Scores:
        """Every score, (n, other n)."""
        return self.vectors @ other.vectors.T + self.biases[:, None] + other.biases[None]

    def nearest(self, other: FaceSet) -> Scores:
        """The highest score of each of these with any of the others, some at a time."""
        parts = [
            np.arange(start, min(start + BLOCK, len(self.labels))) for start in range(0, len(self.labels), BLOCK)
        ]
        return np.concatenate([self.rows(part).against(other).max(axis=1) for part in parts]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Condition:
    """How many references a person has and how many frames a presentation has."""

    references: int
    frames: int

    @property
    def key(self) -> str:
        """As in the calibration file."""
        return f"{self.references}x{self.frames}"

    def words(self) -> str:
        """For people to read."""
        frames = "one frame" if self.frames == 1 else f"{self.frames} frames"
        return ("one reference" if self.references == 1 else f"{self.references} references") + ", " + frames


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Outcome of the open-set protocol at one size.

    Attributes:
        own: score of each enrolled person's presentation with their own template, `NOT_FIRST` where another won.
        person: label of each presentation in `own`.
        stranger: highest score of each stranger's presentation.
        stranger_person: label of each presentation in `stranger`.
        people: size of the gallery.
        filled: how many of them came from `fill`.
    """

    own: Scores
    person: Labels
    stranger: Scores
    stranger_person: Labels
    people: int
    filled: int = 0

    def threshold(self, fpir: float) -> float:
        """That gives `fpir` here."""
        return float(np.quantile(self.stranger, 1 - fpir))

    def fnir(self, threshold: float) -> Rate:
        """Share of enrolled people's presentations that are not identified."""
        return rate(self.own < threshold, self.person)

    def fpir(self, threshold: float) -> Rate:
        """Share of strangers' presentations that are taken for somebody."""
        return rate(self.stranger >= threshold, self.stranger_person)

    def mistaken(self, threshold: float) -> int:
        """How many different strangers are taken for somebody at least once."""
        return len(np.unique(self.stranger_person[self.stranger >= threshold]))


def wilson(failures: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of independent trials."""
    if not n:
        return float("nan"), float("nan")
    z, share = 1.96, failures / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(failed: Flags | NDArray[np.floating], person: Labels) -> Rate:
    """Share of failures (or mean of shares) with a 95 % interval from resampling people."""
    if not len(failed):
        return Rate(float("nan"), float("nan"), float("nan"), 0)
    value = float(np.mean(failed))
    people, index = np.unique(person, return_inverse=True)
    if value in (0.0, 1.0):
        return Rate(value, *wilson(int(value * len(people)), len(people)), len(failed))
    failures = np.bincount(index, weights=failed, minlength=len(people))
    counts = np.bincount(index, minlength=len(people))
    generator = np.random.default_rng(SEED)
    shares = []
    for _ in range(RESAMPLES):
        drawn = generator.integers(0, len(people), len(people))
        shares.append(failures[drawn].sum() / counts[drawn].sum())
    low, high = np.quantile(shares, [0.025, 0.975])
    if low == high:  # one person, or all of them alike: drawing them again says nothing
        return Rate(value, *wilson(value * len(people), len(people)), len(failed))
    return Rate(value, float(low), float(high), len(failed))


def open_set(
    faces: FaceSet,
    people: int,
    condition: Condition,
    repeats: int | None = None,
    may_enrol: Flags | None = None,
    fill: FaceSet | None = None,
) -> OpenSet | None:
    """Random galleries of `people`; everyone else is a stranger.

    People with enough pictures are enrolled and come back with another presentation; the rest of the gallery is
    filled with people who do not come back. Several references are averaged, as in `Gallery`; so are frames.

    Args:
        faces: the set.
        people: size of the gallery.
        condition: references a person and frames a presentation.
        repeats: random galleries; 20, and 5 of more than a thousand people, when None.
        may_enrol: pictures good enough to be a reference; all when None.
        fill: others who only fill the gallery, so that the set's own people can be strangers; labels of their own.

    Returns:
        None when the set has too few people for this size and strangers besides.
    """
    good = np.ones(len(faces.labels), bool) if may_enrol is None else may_enrol
    generator = np.random.default_rng(SEED + people)
    times = repeats if repeats is not None else (20 if people <= FEW_PEOPLE else 5)
    rounds = []
    for _ in range(times):
        one = _round(faces, people, condition, good, fill, generator)
        if one is None:
            return None
        rounds.append(one)
    own, person, stranger, stranger_person = (
        np.concatenate([getattr(one, name) for one in rounds])
        for name in ("own", "person", "stranger", "stranger_person")
    )
    return OpenSet(own, person, stranger, stranger_person, people, rounds[0].filled)


def presentations(
    labels: Labels, frames: int, generator: np.random.Generator, size: int | None = None
) -> list[Rows]:
    """Everyone's pictures cut into presentations of `frames`; shorter ones too, unless `size` is `frames`."""
    if frames == 1:
        return list(np.arange(len(labels))[:, None])
    found = []
    for rows in by_person(labels, generator):
        cut = [rows[start : start + frames] for start in range(0, len(rows), frames)]
        found += [part for part in cut if size is None or len(part) == size]
    return found


def by_person(labels: Labels, generator: np.random.Generator) -> list[Rows]:
    """The rows of each person; people and rows in random order."""
    mixed = generator.permutation(len(labels))
    order = mixed[np.argsort(labels[mixed], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(order) else []
    return [groups[place] for place in generator.permutation(len(groups))]


def _round(
    faces: FaceSet,
    people: int,
    condition: Condition,
    good: Flags,
    fill: FaceSet | None,
    generator: np.random.Generator,
) -> OpenSet | None:
    enrolled, filling = enrolment(faces.labels, condition, good, generator)
    mated = enrolled[:people]
    spare = [references for references, _ in enrolled[people:]] + filling
    outside = [] if fill is None else [rows[: condition.references] for rows in by_person(fill.labels, generator)]
    outside = outside[: people - len(mated)]
    chosen = [references for references, _ in mated] + spare[: people - len(mated) - len(outside)]
    if not mated or len(chosen) + len(outside) < people:
        return None
    templates = faces.fused(chosen)
    strangers = faces.rows(np.flatnonzero(~np.isin(faces.labels, templates.labels)))
    if not len(strangers.labels):
        return None
    if fill is not None and outside:
        templates = _joined(templates, fill.fused(outside))
    probes = faces.fused([frames for _, frames in mated])
    scores = probes.against(templates)
    rank = np.arange(len(mated))
    own = np.where(scores.argmax(axis=1) == rank, scores[rank, rank], NOT_FIRST)
    shown = strangers.fused(presentations(strangers.labels, condition.frames, generator))
    return OpenSet(
        own.astype(np.float32), probes.labels, shown.nearest(templates), shown.labels, people, len(outside)
    )


def enrolment(
    labels: Labels, condition: Condition, good: Flags, generator: np.random.Generator
) -> tuple[list[tuple[Rows, Rows]], list[Rows]]:
    """(references, probe) of people with enough pictures, and references of the others; random order."""
    enrolled, filling = [], []
    for rows in by_person(labels, generator):
        usable = rows[good[rows]]
        references = usable[: condition.references]
        rest = rows[~np.isin(rows, references)]
        if len(references) == condition.references and len(rest) >= condition.frames:
            enrolled.append((references, rest[: condition.frames]))
        elif len(usable):
            filling.append(references)
    return enrolled, filling


def _joined(one: FaceSet, other: FaceSet) -> FaceSet:
    """Both; the other's people are numbered below zero, so that none is taken for one of the first's."""
    return FaceSet(
        np.concatenate([one.vectors, other.vectors]),
        np.concatenate([one.biases, other.biases]),
        np.concatenate([one.labels, -1 - other.labels]),
    )
