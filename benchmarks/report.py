"""How every benchmark tells its figures: a table on the terminal and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OUT = Path(__file__).parent / "out"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        n: sample size behind the value.
        goal: what was asked, as written; empty where nothing was asked.
        holds: whether the goal is held; None without a goal.
    """

    name: str
    value: float
    unit: str
    n: int
    goal: str = ""
    holds: bool | None = None


def at_most(name: str, value: float, unit: str, n: int, limit: float) -> Figure:
    """A figure whose goal is an upper bound."""
    return Figure(name, round(value, 3), unit, n, f"≤ {limit:g} {unit}", value <= limit)


def at_least(name: str, value: float, unit: str, n: int, limit: float) -> Figure:
    """A figure whose goal is a lower bound."""
    return Figure(name, round(value, 3), unit, n, f"≥ {limit:g} {unit}", value >= limit)


def plain(name: str, value: float, unit: str, n: int) -> Figure:
    """A figure nothing was asked of."""
    return Figure(name, round(value, 3), unit, n)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def machine() -> dict[str, str | int]:
    """What it ran on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count() or 0,
        "python": platform.python_version(),
        "system": platform.system(),
    }


def write(name: str, figures: Sequence[Figure]) -> Path:
    """Print the table and write ``benchmarks/out/NAME.json``."""
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        held = {True: "holds", False: "NOT HELD", None: ""}[figure.holds]
        value = f"{figure.value:>12,.3f} {figure.unit:<8} n={figure.n:<8}"
        print(f"{figure.name:{width}}  {value} {figure.goal:<16} {held}")
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}.json"
    body = {"figures": [asdict(figure) for figure in figures], "machine": machine()}
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"written: {path.relative_to(OUT.parent.parent)}")
    return path
