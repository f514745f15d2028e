"""Writing an evaluation down: a page with every figure, its interval and the set's limits; plots; JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import matplotlib as mpl

from biometrics.evaluation.figures import Figure
from biometrics.evaluation.protocol import OpenSet, Pairs

mpl.use("Agg")
from matplotlib import pyplot as plt

HOW_TO_READ = """Rates in percent with a 95 % interval from resampling people; `n` is what was counted: comparisons
(1:1), presentations (1:N) or pictures (acquisition). FMR, FNMR, FPIR, FNIR, FTE as in ISO/IEC 19795-1. "At FPIR x"
uses the threshold that gives x on the measured set itself; "shipped" uses the thresholds in
`biometrics/calibrations/`, which come from other people. Where n failures are few, the interval says so."""


def write(
    out: Path, title: str, figures: Sequence[Figure], skipped: Sequence[str], limits: str, facts: dict[str, object]
) -> Path:
    """`evaluation.md` and `evaluation.json` in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    lines = [f"# {title}", "", HOW_TO_READ, "", f"**Limits of the set.** {limits}", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    for subject in dict.fromkeys(figure.subject for figure in figures):
        lines += [
            "",
            f"## {subject}",
            "",
            "| measured | value | 95 % interval | n | at | set |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_line(figure, str(facts["set"])) for figure in figures if figure.subject == subject]
    if skipped:
        lines += ["", "## Not measured", "", *[f"- {reason}" for reason in skipped]]
    lines += ["", "![DET curve](det.png)", "", "![Open-set identification](open-set.png)", ""]
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


def plot_det(out: Path, curves: dict[str, Pairs]) -> None:
    """FNMR over FMR, both axes logarithmic."""
    figure, axes = plt.subplots(figsize=(6, 4.5))
    for name, pairs in curves.items():
        points = pairs.det()
        axes.loglog([p[1] for p in points], [max(p[2], 1e-4) for p in points], label=name)
    axes.set_xlabel("FMR")
    axes.set_ylabel("FNMR")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(out / "det.png", dpi=110)
    plt.close(figure)


def plot_open_set(out: Path, outcomes: dict[str, OpenSet]) -> None:
    """FNIR over FPIR."""
    figure, axes = plt.subplots(figsize=(6, 4.5))
    rates = [10 ** (-exponent / 10) for exponent in range(5, 31)]
    for name, outcome in outcomes.items():
        axes.loglog(rates, [max(outcome.fnir(rate)[0].value, 1e-4) for rate in rates], label=name)
    axes.set_xlabel("FPIR")
    axes.set_ylabel("FNIR")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(out / "open-set.png", dpi=110)
    plt.close(figure)


def _line(figure: Figure, data: str) -> str:
    rate = figure.rate
    exact = "no interval" in figure.note
    interval = "" if exact else f"{_percent(rate.low)} to {_percent(rate.high)}"
    note = figure.note.replace(", no interval", "").replace("no interval", "")
    return f"| {figure.name} | {_percent(rate.value)} | {interval} | {rate.n} | {note} | {data} |"


def _percent(value: float) -> str:
    return f"{100 * value:.4f} %" if 0 < value < 1e-3 else f"{100 * value:.2f} %"  # noqa: PLR2004 - four digits for small ones
