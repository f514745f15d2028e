"""`make compliance`: run the tests that show the rows of the law, and write docs/compliance.md.

Fails when a row has no passing test, or when any test that stands for a row fails.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "compliance.md"
_RULES = Path(__file__).with_name("rules.toml")
_HEAD = """# Compliance, row by row

Written by `make compliance`, which runs every test named here and fails when a row has no passing one.
The rows are behaviours, in our own words. Article numbers come from public copies of the texts; counsel
confirms them before a real deployment. What software cannot do is said under "the estate".

"Measures" = 人脸识别技术应用安全管理办法 (in force since 2025-06-01).
"PIPL" = 个人信息保护法. "SPC" = 法释〔2021〕15号.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `estate` is what no software can do; empty where there is nothing."""

    id: str
    source: str
    behaviour: str
    estate: str


@dataclass(eq=False)
class Recorder:
    """A pytest plugin: which tests stand for which row, and how each ended.

    Attributes:
        rows: row id to the names of its tests, parameters left off.
        passed, failed: names of tests; one that failed once is not passed.
    """

    rows: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("rule"):
                for row in mark.args:
                    self.rows[row].add(_name(item.nodeid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(_name(report.nodeid))
        elif report.when == "call" and report.passed:
            self.passed.add(_name(report.nodeid))


def rules() -> list[Rule]:
    """Every row, in the order of the file."""
    rows = tomllib.loads(_RULES.read_text(encoding="utf-8"))
    return [Rule(number, **row) for number, row in rows.items()]


def problems(found: Recorder) -> list[str]:
    """What keeps the page from being true, a line each."""
    known = {rule.id for rule in rules()}
    said = [f"{row}: a test stands for a row that does not exist" for row in sorted(set(found.rows) - known)]
    for rule in rules():
        tests = found.rows[rule.id]
        if not tests & (found.passed - found.failed):
            said.append(f"{rule.id}: no passing test")
        said += [f"{rule.id}: {test} fails" for test in sorted(tests & found.failed)]
    return said


def page(found: Recorder) -> str:
    """docs/compliance.md."""
    parts = [_HEAD]
    for rule in rules():
        parts.append(f"## {rule.id} · {rule.source}\n\n{rule.behaviour}\n")
        if rule.estate:
            parts.append(f"The estate: {rule.estate}\n")
        parts.append("\n".join(f"- `{test}`" for test in sorted(found.rows[rule.id])) + "\n")
    return "\n".join(parts)


def _name(nodeid: str) -> str:
    return nodeid.partition("[")[0]


def main() -> int:
    """Run the marked tests; 0 when every row holds."""
    found = Recorder()
    pytest.main(["-q", "-m", "rule", "--no-header", *sys.argv[1:]], plugins=[found])
    said = problems(found)
    PAGE.write_text(page(found), encoding="utf-8")
    lines = [f"{rule.id:4} {len(found.rows[rule.id]):3} tests  {rule.behaviour[:80]}" for rule in rules()]
    sys.stdout.write("\n".join([*lines, *said, "compliance: " + ("NOT shown" if said else "every row shown"), ""]))
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
