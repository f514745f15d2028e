"""Writing an evaluation down: a page with every figure, its interval and the set's limits; plots; JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import matplotlib as mpl

from biometrics.evaluation.figures import Figure
from biometrics.evaluation.pairs import Pairs
from biometrics.evaluation.protocol import OpenSet

mpl.use("Agg")
from matplotlib import pyplot as plt

HOW_TO_READ = """Rates in percent with a 95 % interval from resampling people (Wilson's for the number of people
where nothing, or everything, failed); `n` is what was counted: comparisons (1:1), presentations (1:N) or
pictures. FMR, FNMR, FPIR, FNIR as in ISO/IEC 19795-1. "At FPIR x" uses the threshold that gives x on the measured
set itself; "shipped" uses the thresholds in `biometrics/calibrations/`. "1:N computed" carries counted
comparisons to a gallery of N people like these (`biometrics/evaluation/population.py`); where N is no larger than
the set it agrees with the counted rows, and beyond it is an estimate. A rate that rests on a few mistaken
strangers is known to its interval and no better."""
ABOUT = {
    "pose": """Pairs by the larger yaw of their two pictures, as measured. Photographed heads, few of them turned
far; the drawn turns under "degradation" are controlled, and weaker.""",
    "degradation": """Probes made worse, one a person. *Drawn* turns are **weak evidence**: the landmarks of a
picture are turned in space by so many degrees more than the head was, and its pixels drawn after them. No hidden
cheek, no light of another side and no lens is in them, depth is what the landmark network guesses, and turns go to
the side already shown. Stretched pixels make errors of their own. A photographed head turned as far may err more
often or less: the rows say where errors begin to grow, not how many a gate will see.""",
}
"""What a table can show, above it."""
LEAST = 1e-4
"""What a rate of nought is drawn as on a logarithmic axis."""


def write(
    out: Path, title: str, figures: Sequence[Figure], skipped: Sequence[str], limits: str, facts: dict[str, object]
) -> Path:
    """`evaluation.md` and `evaluation.json` in `out`; a row without anything to count is named as not measured."""
    out.mkdir(parents=True, exist_ok=True)
    skipped = [*skipped, *[f"{figure.name}: nothing to count" for figure in figures if not figure.rate.n]]
    figures = [figure for figure in figures if figure.rate.n]
    lines = [f"# {title}", "", HOW_TO_READ, "", f"**Limits of the set.** {limits}", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    for subject in dict.fromkeys(figure.subject for figure in figures):
        lines += ["", f"## {subject}", *(["", ABOUT[subject]] if subject in ABOUT else [])]
        lines += ["", "| measured | value | 95 % interval | n | at |", "|---|---|---|---|---|"]
        lines += [_line(figure) for figure in figures if figure.subject == subject]
    if skipped:
        lines += ["", "## Not measured", "", *[f"- {reason}" for reason in skipped]]
    plots = [name for name in ("det", "open-set", "discard", "degradation") if (out / f"{name}.png").is_file()]
    lines += ["", *[f"![{name}]({name}.png)" for name in plots], ""]
    page = out / "evaluation.md"
    page.write_text("\n".join(lines), encoding="utf-8")
    content = {
        "facts": facts,
        "limits": limits,
        "figures": [asdict(figure) for figure in figures],
        "skipped": list(skipped),
    }
    (out / "evaluation.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return page


def spoken(figure: Figure) -> str:
    """One figure as a line on the terminal."""
    value = figure.rate
    interval = f"[{_percent(value.low)}, {_percent(value.high)}]"
    head = f"{figure.subject:12} {figure.name:80} {_percent(value.value):>10}"
    return f"{head} {interval:24} n = {value.n} {figure.note}"


def plot_det(out: Path, curves: Mapping[str, Pairs]) -> None:
    """FNMR over FMR, both axes logarithmic."""
    points = {name: pairs.det() for name, pairs in curves.items() if len(pairs.genuine) and pairs.impostor.total}
    _plot(out / "det.png", "FMR", "FNMR", {name: [(p[1], p[2]) for p in rows] for name, rows in points.items()})


def plot_open_set(out: Path, outcomes: Mapping[str, OpenSet]) -> None:
    """FNIR over FPIR."""
    rates = [10 ** (-exponent / 10) for exponent in range(5, 31)]
    curves = {
        name: [(rate, float((outcome.own < outcome.threshold(rate)).mean())) for rate in rates]
        for name, outcome in outcomes.items()
    }
    _plot(out / "open-set.png", "FPIR", "FNIR", curves)


def plot_discard(out: Path, curves: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """FNMR over the share of comparisons left out."""
    shown = {name: rows for name, rows in curves.items() if rows}
    _plot(out / "discard.png", "share left out, worst first", "FNMR of the rest", shown, logarithmic=False)


def plot_degradations(out: Path, rows: Mapping[str, Sequence[Figure]]) -> None:
    """Of each degradation, as `figures.degraded` gives it: share refused, FNMR of the rest where there is one."""
    path = out / "degradation.png"
    path.unlink(missing_ok=True)
    if not rows:
        return
    out.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=(6, 0.35 * len(rows) + 1.2))
    for number, name, shift in ((0, "refused with a reason", -0.2), (1, "FNMR of the rest", 0.2)):
        shown = [(place, of_one[number].rate) for place, of_one in enumerate(rows.values()) if len(of_one) > number]
        counted = [(place, rate) for place, rate in shown if rate.n]
        spread = [
            [max(0.0, rate.value - rate.low) for _, rate in counted],
            [max(0.0, rate.high - rate.value) for _, rate in counted],
        ]
        places = [place + shift for place, _ in counted]
        axes.barh(places, [rate.value for _, rate in counted], 0.38, xerr=spread, ecolor="grey", label=name)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.invert_yaxis()
    axes.set_xlabel("share, with its 95 % interval")
    axes.grid(visible=True, axis="x", alpha=0.3)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _plot(
    path: Path, across: str, up: str, curves: Mapping[str, Sequence[tuple[float, float]]], logarithmic: bool = True
) -> None:
    """One picture; an earlier one goes when there is nothing to draw."""
    path.unlink(missing_ok=True)
    if not curves:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(figsize=(6, 4.5))
    for name, points in curves.items():
        lowest = LEAST if logarithmic else 0.0
        axes.plot([x for x, _ in points], [max(y, lowest) for _, y in points], label=name)
    if logarithmic:
        axes.set_xscale("log")
        axes.set_yscale("log")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _line(figure: Figure) -> str:
    rate = figure.rate
    interval = f"{_percent(rate.low)} to {_percent(rate.high)}"
    name = figure.name.replace("|", "\\|")  # of a group, as a list of groups gave it
    return f"| {name} | {_percent(rate.value)} | {interval} | {rate.n} | {figure.note} |"


def _percent(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{100 * value:.4f} %" if 0 < value < 1e-3 else f"{100 * value:.2f} %"  # noqa: PLR2004 - four digits for small ones
