"""All comparisons of a set, in bounded memory: impostor scores as a histogram, the nearest of them one by one.

A set of 10,000 pictures has 50 million impostor comparisons. Only the nearest of them decide about thresholds, so
only those are kept with the people they belong to; the others are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biometrics.evaluation.protocol import RESAMPLES, SEED, FaceSet, Labels, Rate, Rows, Scores, rate, wilson

Counts = NDArray[np.int64]
LOWEST, HIGHEST, BINS = -1.5, 1.5, 60_000
"""Range and bins of the histogram: 0.00005 a bin, far below what a threshold is quoted to."""
NEAR_SHARE = 1e-2
"""Share of impostor comparisons that is kept one by one, at least `NEAR_LEAST` of them and at most `NEAR_MOST`."""
NEAR_LEAST = 100_000
NEAR_MOST = 5_000_000
BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Impostors:
    """Scores between different people.

    Attributes:
        counts: histogram over `BINS` from `LOWEST` to `HIGHEST`.
        near: the highest scores, any order.
        first, second: people of `near`, numbers from 0.
        rows, columns: pictures of each person on either side of the comparison.
        halved: each pair was compared once, not in both orders.
    """

    counts: Counts
    near: Scores
    first: Labels
    second: Labels
    rows: Counts
    columns: Counts
    halved: bool

    @property
    def total(self) -> int:
        """Comparisons made."""
        return int(self.counts.sum())

    def threshold(self, fmr: float) -> float:
        """The highest score that at least the share `fmr` of the comparisons reaches."""
        reached = np.cumsum(self.counts[::-1])
        place = int(np.searchsorted(reached, max(1.0, self.total * fmr)))
        return HIGHEST - (min(place, BINS - 1) + 1) * (HIGHEST - LOWEST) / BINS

    def share(self, threshold: float) -> float:
        """Share of the comparisons that reach the threshold."""
        place = round((threshold - LOWEST) / (HIGHEST - LOWEST) * BINS)
        return float(self.counts[max(0, place) :].sum() / max(1, self.total))

    def fmr(self, threshold: float) -> Rate:
        """FMR with an interval from resampling people on both sides of the comparison.

        Where more comparisons reach the threshold than were kept one by one: Wilson's for the number of people.
        """
        value = self.share(threshold)
        hits = self.near >= threshold
        if hits.all() and len(hits) < self.total:
            return Rate(value, *wilson(value * len(self.rows), len(self.rows)), self.total)
        if not hits.any():
            return Rate(value, 0.0, wilson(0, self.total)[1], self.total)
        pairs = self.resampled(hits)
        low, high = np.quantile([found / count for found, count in pairs], [0.025, 0.975])
        return Rate(value, float(low), float(high), self.total)

    def resampled(self, chosen: NDArray[np.bool_]) -> Iterator[tuple[float, float]]:
        """For each resample of people: how many of the `chosen` near comparisons, of how many comparisons."""
        first, second = self.first[chosen], self.second[chosen]
        for weight in self.weights():
            yield float((weight[first] * weight[second]).sum()), self.weighted(weight)

    def weights(self, times: int = RESAMPLES) -> Iterator[Counts]:
        """How often each person is drawn in one resample."""
        generator, people = np.random.default_rng(SEED), len(self.rows)
        for _ in range(times):
            yield np.bincount(generator.integers(0, people, people), minlength=people)

    def weighted(self, weight: Counts) -> float:
        """Comparisons of different people where person i counts `weight[i]` times."""
        rows, columns = weight * self.rows, weight * self.columns
        both = float(rows.sum()) * float(columns.sum()) - float((rows.astype(float) * columns).sum())
        return max(1.0, both / 2 if self.halved else both)


@dataclass(frozen=True, slots=True)
class Pairs:
    """All comparisons of a set with itself.

    Attributes:
        genuine: scores of one person's pictures.
        genuine_person: label of that person, same length.
        rows: the two pictures of each, (n, 2).
        impostor: scores of different people's pictures.
    """

    genuine: Scores
    genuine_person: Labels
    rows: Rows
    impostor: Impostors

    def fnmr(self, threshold: float) -> Rate:
        """Share of genuine comparisons below the threshold."""
        return rate(self.genuine < threshold, self.genuine_person)

    def det(self, points: int = 60) -> list[tuple[float, float, float]]:
        """The DET curve: (threshold, FMR, FNMR)."""
        rates = np.geomspace(1 / max(1, self.impostor.total), 0.2, points)
        thresholds = [self.impostor.threshold(float(fmr)) for fmr in rates]
        return [(t, float(f), float((self.genuine < t).mean())) for t, f in zip(thresholds, rates, strict=True)]


def all_pairs(faces: FaceSet) -> Pairs:
    """Compare every picture with every other once."""
    rows = genuine_rows(faces.labels)
    first, second = rows[:, 0], rows[:, 1]
    scores = (faces.vectors[first] * faces.vectors[second]).sum(axis=1) + faces.biases[first] + faces.biases[second]
    return Pairs(scores.astype(np.float32), faces.labels[first], rows, impostors(faces))


def genuine_rows(labels: Labels) -> Rows:
    """Every two rows of one person, (n, 2), the smaller first."""
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    found = [np.stack(np.triu_indices(len(group), 1), axis=1) for group in groups if len(group)]
    pairs = [group[index] for group, index in zip(groups, found, strict=False)]
    return np.sort(np.concatenate(pairs), axis=1) if pairs else np.zeros((0, 2), np.int64)


def impostors(faces: FaceSet, others: FaceSet | None = None) -> Impostors:
    """Scores of `faces` with `others` (with itself, each pair once, when None), different people only."""
    right = others if others is not None else faces
    people = np.unique(np.concatenate([faces.labels, right.labels]))
    counts = np.zeros(BINS, np.int64)
    for _, _, scores in _blocks(faces, others):
        place = np.clip((scores - LOWEST) * (BINS / (HIGHEST - LOWEST)), 0, BINS - 1).astype(np.int32)
        counts += np.bincount(place, minlength=BINS)
    total = max(1, int(counts.sum()))
    share = min(1.0, max(NEAR_SHARE, NEAR_LEAST / total), NEAR_MOST / total)
    numbers = [np.searchsorted(people, one.labels) for one in (faces, right)]
    sizes = [np.bincount(one, minlength=len(people)) for one in numbers]
    empty = np.zeros(0, np.int64)
    bare = Impostors(counts, np.zeros(0, np.float32), empty, empty, sizes[0], sizes[1], others is None)
    floor = bare.threshold(share)
    near, first, second = [], [empty], [empty]
    for row, column, scores in _blocks(faces, others):
        keep = scores >= floor
        near.append(scores[keep])
        first.append(numbers[0][row[keep]])
        second.append(numbers[1][column[keep]])
    kept = np.concatenate(near) if near else np.zeros(0, np.float32)
    return Impostors(
        counts, kept, np.concatenate(first), np.concatenate(second), sizes[0], sizes[1], others is None
    )


def _blocks(faces: FaceSet, others: FaceSet | None) -> Iterator[tuple[Rows, Rows, Scores]]:
    """(row, column, score) of the comparisons of different people, some rows at a time."""
    right = others if others is not None else faces
    for start in range(0, len(faces.labels), BLOCK):
        part = faces.rows(np.arange(start, min(start + BLOCK, len(faces.labels))))
        different = part.labels[:, None] != right.labels[None]
        if others is None:
            different &= np.arange(len(right.labels))[None] > np.arange(start, start + len(part.labels))[:, None]
        row, column = np.nonzero(different)
        yield row + start, column, part.against(right)[different]
