"""Thresholds from a stored impostor distribution, and the size of gallery up to which they are supported.

A threshold is never chosen by hand. The calibration holds the tail of the distribution of scores between
different people; `threshold` reads it at a false match rate, `for_gallery` turns the false positive
identification rate that is asked for into the false match rate that a gallery of N people leaves for each:
1 - (1 - FPIR) ** (1 / N). Where the data do not reach that far there is no threshold, and no 1:N decision.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).with_name("calibrations")


class CalibrationError(RuntimeError):
    """There is no calibration for this model, or its file is damaged."""


@dataclass(frozen=True, slots=True)
class Tail:
    """Upper tail of one impostor distribution.

    Attributes:
        fmr: false match rates, falling.
        score: the score above which that share of impostor comparisons lies, rising.
    """

    fmr: tuple[float, ...]
    score: tuple[float, ...]

    def at(self, fmr: float) -> float | None:
        """Score at a false match rate, linear in log(FMR) between the points; None beyond the last point."""
        if fmr < self.fmr[-1]:
            return None
        logs = [-math.log(rate) for rate in self.fmr]
        return float(np.interp(-math.log(min(fmr, 1.0)), logs, self.score))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is known of one model's impostor scores.

    Attributes:
        model: it was measured with.
        provenance: set, sizes and command, for people to read.
        tails: by number of references × frames, ``"1x1"`` always there.
        identifies: false for a model too weak for 1:N at any size.
    """

    model: str
    provenance: Mapping[str, object]
    tails: Mapping[str, Tail]
    identifies: bool = True

    def threshold(self, fmr: float, references: int = 1, frames: int = 1) -> float | None:
        """Score to reach at a false match rate; None when the data do not support so small a rate."""
        return self._tail(references, frames).at(fmr)

    def for_gallery(self, people: int, fpir: float, references: int = 1, frames: int = 1) -> float | None:
        """Score to reach in a gallery of `people`; None when it cannot be held: ask for a claim (1:1)."""
        if not self.identifies:
            return None
        return self.threshold(fmr_for(people, fpir), references, frames)

    def largest_gallery(self, fpir: float) -> int:
        """Most people among whom 1:N holds `fpir` with one reference and one frame."""
        floor = self.tails["1x1"].fmr[-1]
        return int(math.log1p(-fpir) / math.log1p(-floor)) if self.identifies and fpir > floor else 0

    def _tail(self, references: int, frames: int) -> Tail:
        """The nearest measured condition that has no more references and frames than asked."""
        known = sorted((tuple(int(part) for part in key.split("x")), tail) for key, tail in self.tails.items())
        fitting = [tail for (r, f), tail in known if r <= references and f <= frames]
        return fitting[-1] if fitting else self.tails["1x1"]


def fmr_for(people: int, fpir: float) -> float:
    """False match rate of one comparison that gives `fpir` over `people` independent comparisons."""
    return -math.expm1(math.log1p(-fpir) / max(1, people))


@cache
def load(model: str, folder: Path = FOLDER) -> Calibration:
    """The stored calibration of a model.

    Raises:
        CalibrationError: none is stored, or the file is damaged.
    """
    path = folder / f"{model}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tails = {key: Tail(tuple(tail["fmr"]), tuple(tail["score"])) for key, tail in content["tails"].items()}
        known = {**tails, "1x1": tails["1x1"]}
        return Calibration(content["model"], content["provenance"], known, bool(content["identifies"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CalibrationError(f"{path.name}: no usable calibration; run `make calibrate`") from error


def save(calibration: Calibration, folder: Path = FOLDER) -> Path:
    """Write a calibration where `load` finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{calibration.model}.json"
    tails = {key: {"fmr": tail.fmr, "score": tail.score} for key, tail in calibration.tails.items()}
    content = {
        "model": calibration.model,
        "identifies": calibration.identifies,
        "provenance": dict(calibration.provenance),
        "tails": tails,
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path
