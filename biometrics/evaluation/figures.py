"""Every figure of an evaluation, computed from embedded sets; no printing, no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biometrics.calibrate import Calibration
from biometrics.evaluation.embed import Embedded
from biometrics.evaluation.protocol import (
    Condition,
    FaceSet,
    Flags,
    OpenSet,
    Pairs,
    Rate,
    Rows,
    Scores,
    all_pairs,
    open_set,
    rate,
)
from biometrics.quality import ENROLMENT, PROBE, judge

SIZES = (100, 500, 1000, 5000)
CONDITIONS = (Condition(1, 1), Condition(2, 1), Condition(2, 3))
FPIRS = (1e-3, 1e-2)
FMRS = (1e-3, 1e-4, 1e-5)
YAW_BINS = ((0, 10), (10, 20), (20, 30), (30, 90))


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the report.

    Attributes:
        subject: table it belongs to.
        name: what was measured.
        rate: the value with its interval.
        note: operating point or condition.
    """

    subject: str
    name: str
    rate: Rate
    note: str


def face_set(made: Embedded, biased: bool = True) -> FaceSet:
    """The set as the protocol wants it; without the length bias to show what it brings."""
    return FaceSet(made.vectors, made.biases if biased else np.zeros_like(made.biases), made.labels)


def acquisition(made: Embedded) -> list[Figure]:
    """Failure to enrol and to acquire: how many pictures each rule set refuses, and for which reason."""
    rows = [Figure("acquisition", "no face found", rate(~made.found, made.labels), "share of pictures")]
    for name, rule in (
        ("failure to acquire (probe rules)", PROBE),
        ("failure to enrol (enrolment rules)", ENROLMENT),
    ):
        reasons = np.array(
            [judge(made.quality(row), rule) if found else "no_face" for row, found in enumerate(made.found)]
        )
        refused = np.array([reason is not None for reason in reasons])
        rows.append(Figure("acquisition", name, rate(refused, made.labels), "share of pictures"))
        for reason in sorted({str(reason) for reason in reasons[refused]}):
            share = rate(np.array([str(one) == reason for one in reasons]), made.labels)
            rows.append(Figure("acquisition", f"{name}: {reason}", share, "share of pictures"))
    return rows


def verification(pairs: Pairs, name: str) -> list[Figure]:
    """FNMR at fixed FMRs, each at the threshold that this very set gives."""
    rows = []
    for fmr in FMRS:
        threshold = pairs.threshold(fmr)
        rows.append(
            Figure("1:1", f"FNMR at FMR {fmr:g}, {name}", pairs.fnmr(threshold), f"threshold {threshold:.3f}")
        )
    return rows


def shipped_verification(pairs: Pairs, calibration: Calibration) -> list[Figure]:
    """FMR and FNMR at the thresholds that are shipped, which come from other people."""
    rows = []
    for fmr in FMRS:
        threshold = calibration.threshold(fmr)
        if threshold is None:
            continue
        reached = (pairs.impostor >= threshold).astype(bool)
        note = f"shipped threshold {threshold:.3f} for FMR {fmr:g}"
        value = float(reached.mean())
        spread = 1.96 * (value / max(1, len(reached))) ** 0.5
        rows.append(Figure("1:1", "FMR", Rate(value, max(0.0, value - spread), value + spread, len(reached)), note))
        rows.append(Figure("1:1", "FNMR", pairs.fnmr(threshold), note))
    return rows


def identification(
    faces: FaceSet, calibration: Calibration, name: str, may_enrol: Flags | None = None
) -> tuple[list[Figure], list[str]]:
    """FNIR at FPIR by size and condition, and what the shipped thresholds give; sizes that cannot be measured."""
    rows: list[Figure] = []
    skipped: list[str] = []
    for people in SIZES:
        for condition in CONDITIONS:
            outcome = open_set(faces, people, condition, may_enrol=may_enrol)
            if outcome is None:
                skipped.append(f"N = {people}, {condition.key}, {name}: the set has too few people")
                continue
            rows += _at_sizes(outcome, condition, name)
            rows += _shipped(outcome, condition, calibration, name)
    return rows, skipped


def by_yaw(made: Embedded, threshold: float) -> list[Figure]:
    """FNMR of pairs by the larger turn of the head of the two pictures."""
    yaw = np.abs(np.array([made.quality(row).yaw for row in range(len(made.labels))]))
    first, second, scores = _genuine(made)
    larger = np.maximum(yaw[first], yaw[second])
    rows = []
    for low, high in YAW_BINS:
        inside = (larger >= low) & (larger < high)
        if inside.any():
            failed = scores[inside] < threshold
            rows.append(
                Figure("pose", f"FNMR, yaw {low}° to {high}°", rate(failed, made.labels[first[inside]]), "")
            )
    return rows


def by_group(made: Embedded, threshold: float) -> list[Figure]:
    """FNMR and FMR within each group that was given."""
    groups = np.array([picture.group for picture in made.pictures])
    rows = []
    for group in sorted({name for name in groups if name}):
        part = made.only(groups == group)
        if len(np.unique(part.labels)) < 2:  # noqa: PLR2004 - comparing needs two people
            continue
        pairs = all_pairs(face_set(part))
        fmr = pairs.fmr(threshold)
        rows.append(Figure("groups", f"FNMR, {group}", pairs.fnmr(threshold), ""))
        rows.append(Figure("groups", f"FMR, {group}", Rate(fmr, fmr, fmr, len(pairs.impostor)), "no interval"))
    return rows


def degraded(clean: Embedded, worse: Embedded, name: str, threshold: float) -> list[Figure]:
    """Degraded probes against the person's other, clean pictures, and against everyone else's.

    Args:
        clean: the whole set.
        worse: degraded pictures of the same people.
        name: of the degradation.
        threshold: shipped 1:1 threshold.
    """
    names = {picture.person: label for picture, label in zip(clean.pictures, clean.labels, strict=True)}
    accepted = worse.accepted(PROBE)
    refused = Figure("degradation", f"refused with a reason, {name}", rate(~accepted, worse.labels), "probe rules")
    used = worse.only(accepted)
    if not len(used.pictures):
        return [refused]
    labels = np.array([names[picture.person] for picture in used.pictures])
    scores = FaceSet(used.vectors, used.biases, labels).against(face_set(clean))
    itself = np.array([[one.path == other.path for other in clean.pictures] for one in used.pictures])
    same = (labels[:, None] == clean.labels[None]) & ~itself
    rows, _ = np.nonzero(same)
    impostor = scores[labels[:, None] != clean.labels[None]]
    fmr = float((impostor >= threshold).mean())
    return [
        refused,
        Figure("degradation", f"FNMR of the rest, {name}", rate(scores[same] < threshold, labels[rows]), ""),
        Figure("degradation", f"FMR of the rest, {name}", Rate(fmr, fmr, fmr, len(impostor)), "no interval"),
    ]


def listed_pairs(made: Embedded, pairs: Sequence[tuple[str, str, bool]]) -> list[Figure]:
    """Accuracy over ten folds of a list of pairs: the threshold of each fold comes from the other nine."""
    row = {picture.path.name: n for n, picture in enumerate(made.pictures) if made.found[n]}
    known = [(row[a], row[b], same) for a, b, same in pairs if a in row and b in row]
    first, second, same = (np.array(column) for column in zip(*known, strict=True))
    scores = (made.vectors[first] * made.vectors[second]).sum(axis=1) + made.biases[first] + made.biases[second]
    fold = np.arange(len(known)) % 10
    right = np.zeros(len(known), bool)
    for test in range(10):
        others = fold != test
        choices = np.quantile(scores[others], np.linspace(0, 1, 400))
        best = max(choices, key=lambda choice: ((scores[others] >= choice) == same[others]).mean())
        right[~others] = (scores[~others] >= best) == same[~others]
    return [
        Figure(
            "1:1",
            "accuracy over ten folds of the list of pairs",
            rate(right, made.labels[first]),
            f"{len(known)} pairs",
        )
    ]


def _at_sizes(outcome: OpenSet, condition: Condition, name: str) -> list[Figure]:
    rows = []
    for fpir in FPIRS:
        value, threshold = outcome.fnir(fpir)
        note = f"threshold {threshold:.3f}; {len(outcome.stranger)} strangers' presentations"
        label = f"N = {outcome.people}, {_words(condition)}: FNIR at FPIR {fpir:g}, {name}"
        rows.append(Figure("1:N", label, value, note))
    return rows


def _shipped(outcome: OpenSet, condition: Condition, calibration: Calibration, name: str) -> list[Figure]:
    threshold = calibration.for_gallery(outcome.people, FPIRS[0], condition.references, condition.frames)
    label = f"N = {outcome.people}, {_words(condition)}"
    if threshold is None or calibration.for_gallery(outcome.people, FPIRS[0]) is None:
        return []
    fpir, fnir = outcome.at(threshold)
    strangers = len(outcome.stranger)
    note = f"shipped threshold {threshold:.3f}"
    return [
        Figure("1:N shipped", f"{label}: FPIR, {name}", Rate(fpir, fpir, fpir, strangers), note + ", no interval"),
        Figure("1:N shipped", f"{label}: FNIR, {name}", fnir, note),
    ]


def _words(condition: Condition) -> str:
    frames = "one frame" if condition.frames == 1 else f"{condition.frames} frames"
    return ("one reference" if condition.references == 1 else f"{condition.references} references") + ", " + frames


def _genuine(made: Embedded) -> tuple[Rows, Rows, Scores]:
    """Rows and scores of all pairs of one person's pictures."""
    first, second = np.triu_indices(len(made.labels), 1)
    same = made.labels[first] == made.labels[second]
    first, second = first[same], second[same]
    scores = (made.vectors[first] * made.vectors[second]).sum(axis=1) + made.biases[first] + made.biases[second]
    return first, second, scores
