"""Figures of an evaluation that need no gallery, computed from embedded sets; no printing, no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biometrics.calibrate import Calibration
from biometrics.evaluation.embed import Embedded
from biometrics.evaluation.pairs import Pairs, all_pairs, genuine_rows
from biometrics.evaluation.protocol import FaceSet, Flags, Labels, Rate, Scores, rate
from biometrics.quality import ENROLMENT, PROBE, value

FMRS = (1e-3, 1e-4, 1e-5)
LEAST_FALSE_MATCHES = 10
"""A threshold for an FMR that fewer comparisons than this decide is not given."""
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
    rows = [Figure("acquisition", "no face, or no picture that can be read", rate(~made.found, made.labels), "")]
    for name, rule in (
        ("failure to acquire (probe rules)", PROBE),
        ("failure to enrol (enrolment rules)", ENROLMENT),
    ):
        reasons = np.array(made.refusals(rule))
        rows.append(Figure("acquisition", name, rate(reasons != "", made.labels), "share of pictures"))
        for reason in sorted({str(reason) for reason in reasons} - {""}):
            share = rate(reasons == reason, made.labels)
            rows.append(Figure("acquisition", f"{name}: {reason}", share, "share of pictures"))
    return rows


def refusals_and_errors(everyone: Embedded, threshold: float) -> list[Figure]:
    """Does a refusal foretell an error? FNMR of pairs with a picture that enrolment refuses, and without."""
    made = everyone.only(everyone.found)
    reasons = np.array(made.refusals(ENROLMENT))
    rows, scores = _genuine(made)
    missed, person = scores < threshold, made.labels[rows[:, 0]]
    kept = (reasons[rows] == "").all(axis=1)
    figures = [Figure("quality", "FNMR, both pictures of enrolment quality", rate(missed[kept], person[kept]), "")]
    for reason in sorted({str(reason) for reason in reasons} - {""}):
        inside = (reasons[rows] == reason).any(axis=1)
        name = f"FNMR, a picture refused at enrolment as {reason}"
        figures.append(Figure("quality", name, rate(missed[inside], person[inside]), ""))
    return figures


def verification(pairs: Pairs, name: str) -> tuple[list[Figure], list[str]]:
    """FNMR at fixed FMRs, each at the threshold that this very set gives; what the set is too small for."""
    rows, skipped = [], []
    for fmr in FMRS:
        if pairs.impostor.total * fmr < LEAST_FALSE_MATCHES:
            skipped.append(f"FNMR at FMR {fmr:g}, {name}: only {pairs.impostor.total} impostor comparisons")
            continue
        threshold = pairs.impostor.threshold(fmr)
        found = pairs.fnmr(threshold)
        rows.append(Figure("1:1", f"FNMR at FMR {fmr:g}, {name}", found, f"threshold {threshold:.3f}"))
    return rows, skipped


def shipped_verification(pairs: Pairs, calibration: Calibration) -> list[Figure]:
    """FMR and FNMR at the thresholds that are shipped, which come from other people."""
    rows = []
    for fmr in FMRS:
        threshold = calibration.threshold(fmr)
        if threshold is None:
            continue
        note = f"shipped threshold {threshold:.3f} for FMR {fmr:g}"
        rows.append(Figure("1:1", "FMR", pairs.impostor.fmr(threshold), note))
        rows.append(Figure("1:1", "FNMR", pairs.fnmr(threshold), note))
    return rows


def by_yaw(made: Embedded, threshold: float) -> list[Figure]:
    """FNMR of pairs by the larger turn of the head of the two pictures."""
    yaw = np.abs(np.array([made.quality(row).yaw for row in range(len(made.labels))]))
    pairs, scores = _genuine(made)
    larger = yaw[pairs].max(axis=1)
    rows = []
    for low, high in YAW_BINS:
        inside = (larger >= low) & (larger < high)
        if inside.any():
            failed = rate(scores[inside] < threshold, made.labels[pairs[inside, 0]])
            rows.append(Figure("pose", f"FNMR, yaw {low}° to {high}°", failed, ""))
    return rows


def by_group(made: Embedded, threshold: float) -> list[Figure]:
    """FNMR and FMR within each group that was given."""
    groups = np.array([picture.group for picture in made.pictures])
    rows = []
    for group in sorted({str(name) for name in groups} - {""}):
        part = made.only(groups == group)
        if len(np.unique(part.labels)) < 2:  # noqa: PLR2004 - comparing needs two people
            continue
        pairs = all_pairs(face_set(part))
        rows.append(Figure("groups", f"FNMR, {group}", pairs.fnmr(threshold), ""))
        rows.append(Figure("groups", f"FMR, {group}", pairs.impostor.fmr(threshold), "within the group"))
    return rows


def unused_groups(made: Embedded) -> list[str]:
    """What a list of groups gives no figure for: names that fit nobody, groups of one person."""
    people: dict[str, set[str]] = {}
    for picture in made.pictures:
        people.setdefault(picture.group, set()).add(picture.person)
    if not people.keys() - {""}:
        return ["groups: no name or file of the list is in the set"]
    ungrouped = len(people.pop("", set()))
    left = [f"group {name}: one person alone" for name, members in sorted(people.items()) if len(members) == 1]
    return left + ([f"groups: {ungrouped} people are in none"] if ungrouped else [])


def measured_pose(made: Embedded) -> str:
    """How far heads are turned in the median of the pictures with a face, as the pipeline measures it."""
    found = [made.quality(int(row)) for row in np.flatnonzero(made.found)]
    if not found:
        return "no face found"
    yaw, pitch = (
        float(np.median(angles)) for angles in zip(*((abs(one.yaw), one.pitch) for one in found), strict=True)
    )
    return f"measured in the median: yaw {yaw:.0f}° either way, pitch {pitch:.0f}°"


def degraded(clean: Embedded, worse: Embedded, name: str, threshold: float, note: str = "") -> list[Figure]:
    """Degraded probes against the person's other, clean pictures, and against everyone else's.

    The first row is the share refused; two of errors follow where any was accepted.

    Args:
        clean: the whole set.
        worse: degraded pictures of the same people.
        name: of the degradation.
        threshold: shipped 1:1 threshold.
        note: on the degraded pictures.
    """
    names = {picture.person: label for picture, label in zip(clean.pictures, clean.labels, strict=True)}
    row = {picture.path: number for number, picture in enumerate(clean.pictures)}
    accepted = worse.accepted(PROBE)
    told = f"probe rules; {note}" if note else "probe rules"
    refused = Figure("degradation", f"refused with a reason, {name}", rate(~accepted, worse.labels), told)
    used = worse.only(accepted)
    if not len(used.pictures):
        return [refused]
    labels = np.array([names[picture.person] for picture in used.pictures])
    scores = FaceSet(used.vectors, used.biases, labels).against(face_set(clean))
    same = labels[:, None] == clean.labels[None]
    others = ~same
    for number, picture in enumerate(used.pictures):
        same[number, row[picture.path]] = False
    missed, taken = scores[same] < threshold, scores[others] >= threshold
    return [
        refused,
        Figure("degradation", f"FNMR of the rest, {name}", rate(missed, labels[np.nonzero(same)[0]]), ""),
        Figure("degradation", f"FMR of the rest, {name}", rate(taken, labels[np.nonzero(others)[0]]), ""),
    ]


def listed_pairs(made: Embedded, pairs: Sequence[tuple[str, str, bool]]) -> list[Figure]:
    """Accuracy over ten folds of a list of pairs: the threshold of each fold comes from the other nine."""
    row = {picture.path.name: n for n, picture in enumerate(made.pictures) if made.found[n]}
    known = [(row[a], row[b], same) for a, b, same in pairs if a in row and b in row]
    if not known:
        return []
    first, second, same = (np.array(column) for column in zip(*known, strict=True))
    scores = (made.vectors[first] * made.vectors[second]).sum(axis=1) + made.biases[first] + made.biases[second]
    fold = np.arange(len(known)) % 10
    right = np.zeros(len(known), bool)
    for test in range(10):
        others = fold != test
        choices = np.quantile(scores[others], np.linspace(0, 1, 400))
        best = max(choices, key=lambda choice: ((scores[others] >= choice) == same[others]).mean())
        right[~others] = (scores[~others] >= best) == same[~others]
    name = "accuracy over ten folds of the list of pairs"
    return [Figure("1:1", name, rate(right, made.labels[first]), f"{len(known)} pairs")]


def discard_curves(everyone: Embedded, threshold: float) -> dict[str, list[tuple[float, float]]]:
    """Error versus discard: FNMR of what is left after the worst pictures by one component are left out."""
    made = everyone.only(everyone.found)
    rows, scores = _genuine(made)
    quality = [made.quality(number) for number in range(len(made.labels))]
    components = {
        "eyes' distance": [one.eye_distance for one in quality],
        "sharpness": [one.sharpness for one in quality],
        "brightness": [-abs(one.brightness - 128) for one in quality],
        "straightness": [-max(abs(one.yaw), abs(one.pitch)) for one in quality],
        "inside the picture": [-one.outside for one in quality],
        "eyes' openness": [one.eye_openness for one in quality],
        "smallest component": [value(one) for one in quality],
    }
    return {
        name: _curve(np.array(values)[rows].min(axis=1), scores < threshold) for name, values in components.items()
    }


def _curve(quality: Scores, missed: Flags) -> list[tuple[float, float]]:
    order = np.argsort(quality, kind="stable")
    shares = np.linspace(0, 0.5, 26)
    left = [missed[order[int(share * len(order)) :]] for share in shares]
    return [(float(share), float(rest.mean())) for share, rest in zip(shares, left, strict=True) if len(rest)]


def _genuine(made: Embedded) -> tuple[Labels, Scores]:
    """Rows (n, 2) and scores of all pairs of one person's pictures."""
    rows = genuine_rows(made.labels)
    first, second = rows[:, 0], rows[:, 1]
    scores = (made.vectors[first] * made.vectors[second]).sum(axis=1) + made.biases[first] + made.biases[second]
    return rows, scores
