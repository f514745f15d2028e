"""The upper tail of an impostor distribution as a calibration keeps it: counted while counts are many, then fitted.

A gallery of 500 people at FPIR 1e-3 asks for a false match rate that a few hundred calibration people show two
or three times: a count of three is no estimate. Above a high threshold the excesses of almost any distribution
follow a generalised Pareto law (Pickands 1975), so the tail from FMR 3e-3 on is that law, fitted to some
thousands of comparisons by probability-weighted moments (Hosking and Wallis 1987); scores beyond belief
(pictures under a wrong name) count as the highest believable one. The people are resampled and the fit
repeated; the calibration keeps the score that 80 % of the fits stay below, so that the error is on the strict
side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from biometrics.calibrate import Tail
from biometrics.evaluation.pairs import Counts, Impostors
from biometrics.evaluation.protocol import Scores

FITTED_FROM = 3e-3
"""False match rate from which on the tail is the fitted law."""
STRICT = 0.8
"""Share of the resampled fits that the kept score is not below."""
COUNTED_FROM = 0.1
LEAST_EXCESSES = 50
"""Below so many comparisons above the start no law is fitted: the tail ends with what was counted."""
NEARLY_NOUGHT = 1e-6
"""Shape below which the law is its limit, the exponential."""
OUTLIERS = 0.05
"""Share of the excesses that is cut to its lower end before asking what is believable."""
BELIEVABLE = 0.01
"""A score that the law of the rest shows once in a hundred such sets is taken for a picture under a wrong name."""
SHIFT_RATES = (1e-3, 1e-4)
SHIFT_LEAST = 20
"""Comparisons that a rate must rest on to be used for shifting."""


def tail_of(found: Impostors) -> Tail:
    """Tail of measured impostor scores, down to one false match in all of the comparisons."""
    floor = 1 / max(1, found.total)
    start = max(FITTED_FROM, min(COUNTED_FROM, 10 * floor))
    counted = np.geomspace(COUNTED_FROM, start, 24)
    values = [found.threshold(float(fmr)) for fmr in counted]
    if found.total * FITTED_FROM < LEAST_EXCESSES:
        return Tail(tuple(map(float, counted)), tuple(np.maximum.accumulate(values).tolist()))
    beyond = np.geomspace(FITTED_FROM, floor, 28)[1:]
    fits = [_fitted(found.near, np.ones(len(found.near)), float(found.total), beyond)]
    fits += [
        _fitted(found.near, _together(weight, found), found.weighted(weight), beyond) for weight in found.weights()
    ]
    strict = np.maximum(np.quantile(fits, STRICT, axis=0), fits[0])
    scores = np.maximum.accumulate([*values, *strict])
    return Tail(tuple(map(float, [*counted, *beyond])), tuple(map(float, scores)))


def shifted(tail: Tail, found: Impostors) -> Tail:
    """The tail moved up to fit a condition measured on fewer comparisons, by its largest difference there."""
    usable = [rate for rate in SHIFT_RATES if rate * found.total >= SHIFT_LEAST]
    differences = [found.threshold(rate) - (tail.at(rate) or 0.0) for rate in usable]
    up = max([0.0, *differences])
    return Tail(tail.fmr, tuple(score + up for score in tail.score))


def _together(weight: Counts, found: Impostors) -> NDArray[np.float64]:
    return (weight[found.first] * weight[found.second]).astype(np.float64)


def _fitted(
    near: Scores,
    weight: NDArray[np.float64],
    total: float,
    rates: NDArray[np.float64],
) -> Scores:
    """Scores at `rates` by the law fitted to the share `FITTED_FROM` of the comparisons, near ones weighted."""
    order = np.argsort(-near)
    scores, weights = near[order].astype(np.float64), np.asarray(weight, np.float64)[order]
    reached = np.cumsum(weights)
    inside = reached <= total * FITTED_FROM
    counts = weights[inside]
    start = scores[min(int(inside.sum()), len(scores) - 1)]
    excess, mass = scores[inside] - start, float(counts.sum())
    rank = (reached[inside] - counts / 2) / mass  # share of the comparisons above: 1 - F
    careful = excess[int(np.searchsorted(rank, OUTLIERS))]
    believable = _law(np.minimum(excess, careful), counts, rank, np.array([BELIEVABLE / total / FITTED_FROM]))
    return np.asarray(start + _law(np.minimum(excess, believable), counts, rank, rates / FITTED_FROM), np.float32)


def _law(
    excess: NDArray[np.float64], counts: NDArray[np.float64], rank: NDArray[np.float64], ratio: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Excesses that the shares `ratio` of them lie above, by the law with the same moments."""
    mean, second = np.average(excess, weights=counts), np.average(excess * rank, weights=counts)
    shape = 2 - mean / (mean - 2 * second)
    scale = 2 * mean * second / (mean - 2 * second)
    return np.asarray(scale * (-np.log(ratio) if abs(shape) < NEARLY_NOUGHT else (ratio**-shape - 1) / shape))
