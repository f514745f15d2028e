"""FPIR and FNIR by size of gallery: counted on trial galleries, and computed for galleries larger than the set."""

from __future__ import annotations

from collections.abc import Callable

from biometrics.calibrate import Calibration
from biometrics.evaluation.figures import Figure
from biometrics.evaluation.population import Population, population
from biometrics.evaluation.protocol import Condition, FaceSet, Flags, OpenSet, open_set

SIZES = (100, 500, 1000, 5000)
CONDITIONS = (Condition(1, 1), Condition(2, 1), Condition(2, 3))
FPIRS = (1e-3, 1e-2)
FEW = 10
"""Fewer different strangers with a false match than this are too few to tell the rate."""
Say = Callable[[str], object]


def counted(
    faces: FaceSet,
    calibration: Calibration,
    name: str,
    may_enrol: Flags | None = None,
    fill: FaceSet | None = None,
    say: Say | None = None,
) -> tuple[list[Figure], list[str]]:
    """Trial galleries of every size that the set allows; what it does not allow.

    The gallery holds the set's own people alone where they suffice, else `fill` besides, and the row says so.
    """
    rows: list[Figure] = []
    skipped: list[str] = []
    for people in SIZES:
        for condition in CONDITIONS:
            if say is not None:
                say(f"1:N, {people} people, {condition.words()}, {name}")
            outcome = open_set(faces, people, condition, may_enrol=may_enrol)
            if outcome is None and fill is not None:
                outcome = open_set(faces, people, condition, may_enrol=may_enrol, fill=fill)
            if outcome is None:
                skipped.append(f"N = {people}, {condition.words()}, {name}, counted: the set has too few people")
                continue
            rows += _own(outcome, condition, name) + _shipped(outcome, condition, calibration, name)
    return rows, skipped


def computed(faces: FaceSet, calibration: Calibration, fill: FaceSet | None = None) -> list[Figure]:
    """Every size, computed from one comparison of everybody with everybody."""
    rows: list[Figure] = []
    for condition in CONDITIONS:
        found = population(faces, condition, fill=fill)
        if found is None:
            continue
        for people in SIZES:
            rows += _computed(found, people, condition, calibration)
    return rows


def _own(outcome: OpenSet, condition: Condition, name: str) -> list[Figure]:
    rows = []
    for fpir in FPIRS:
        threshold = outcome.threshold(fpir)
        label = f"N = {outcome.people}, {condition.words()}: FNIR at FPIR {fpir:g}, {name}"
        basis = f"{outcome.mistaken(threshold)} strangers mistaken, {len(outcome.stranger)} presentations"
        note = f"threshold {threshold:.3f}; {basis}{_filled(outcome)}"
        rows.append(Figure("1:N", label, outcome.fnir(threshold), note))
    return rows


def _shipped(outcome: OpenSet, condition: Condition, calibration: Calibration, name: str) -> list[Figure]:
    threshold = _threshold(calibration, outcome.people, condition)
    if threshold is None:
        return []
    label = f"N = {outcome.people}, {condition.words()}"
    note = f"shipped threshold {threshold:.3f}{_filled(outcome)}"
    mistaken = f"; {outcome.mistaken(threshold)} strangers mistaken"
    return [
        Figure("1:N shipped", f"{label}: FPIR, {name}", outcome.fpir(threshold), note + mistaken),
        Figure("1:N shipped", f"{label}: FNIR, {name}", outcome.fnir(threshold), note),
    ]


def _computed(found: Population, people: int, condition: Condition, calibration: Calibration) -> list[Figure]:
    rows = []
    label = f"N = {people}, {condition.words()}"
    basis = f"{len(found.top)} presentations, each against {found.others} others"
    for fpir in FPIRS:
        threshold = found.threshold(fpir, people)
        mistaken = found.mistaken(threshold)
        few = ", too few to tell" if mistaken < FEW else ""
        note = f"threshold {threshold:.3f}; {mistaken} strangers mistaken{few}; {basis}"
        rows.append(Figure("1:N computed", f"{label}: FNIR at FPIR {fpir:g}", found.fnir(threshold, people), note))
    shipped = _threshold(calibration, people, condition)
    if shipped is not None:
        note = f"shipped threshold {shipped:.3f}; {found.mistaken(shipped)} strangers mistaken"
        rows.append(Figure("1:N computed", f"{label}: FPIR, shipped", found.fpir(shipped, people), note))
        rows.append(Figure("1:N computed", f"{label}: FNIR, shipped", found.fnir(shipped, people), note))
    return rows


def _threshold(calibration: Calibration, people: int, condition: Condition) -> float | None:
    """What the product would use; None where it asks for a claim instead."""
    if calibration.for_gallery(people, FPIRS[0]) is None:
        return None
    return calibration.for_gallery(people, FPIRS[0], condition.references, condition.frames)


def _filled(outcome: OpenSet) -> str:
    return f"; {outcome.filled} of the gallery from other people" if outcome.filled else ""
