"""The compliance page tells the truth: each row named, each with tests, none invented."""

from __future__ import annotations

from tests.compliance.report import PAGE, Recorder, page, problems, rules


def _whole() -> Recorder:
    found = Recorder()
    for rule in rules():
        found.rows[rule.id].add(f"tests/test_{rule.id}.py::test_it")
        found.passed.add(f"tests/test_{rule.id}.py::test_it")
    return found


def test_every_row_of_the_law_is_there() -> None:
    numbers = [rule.id for rule in rules()]
    assert numbers == [f"L{n}" for n in range(1, 27) if n not in {21, 22}] + ["P1"]
    assert all(rule.source and rule.behaviour for rule in rules())


def test_a_whole_page_has_no_problem() -> None:
    assert problems(_whole()) == []


def test_an_empty_row_a_failure_and_an_unknown_row_are_problems() -> None:
    found = _whole()
    found.rows["L1"].clear()
    found.failed.add("tests/test_L2.py::test_it")
    found.rows["L99"].add("tests/test_x.py::test_y")
    assert problems(found) == [
        "L99: a test stands for a row that does not exist",
        "L1: no passing test",
        "L2: no passing test",
        "L2: tests/test_L2.py::test_it fails",
    ]


def test_the_page_names_each_rows_tests_and_what_the_estate_must_do() -> None:
    written = page(_whole())
    for rule in rules():
        assert f"## {rule.id} · {rule.source}" in written
        assert f"- `tests/test_{rule.id}.py::test_it`" in written
        assert rule.estate in written


def test_the_page_in_the_repository_has_every_row() -> None:
    kept = PAGE.read_text(encoding="utf-8")
    assert all(f"## {rule.id} · {rule.source}\n\n{rule.behaviour}" in kept for rule in rules())
