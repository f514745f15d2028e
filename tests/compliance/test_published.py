"""What is published: error rates with their sample sizes, and a notice that says all it has to."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from access.services import retention
from access.services.publish_notice import face_as_a_must
from app.cli import cli

ROOT = Path(__file__).resolve().parents[2]
_ROW = re.compile(r"^\|(?P<cells>.+)\|$", re.MULTILINE)


def rows(name: str) -> list[list[str]]:
    """Cells of every row of the tables in docs/biometrics/`name`."""
    text = (ROOT / "docs" / "biometrics" / name).read_text(encoding="utf-8")
    return [[cell.strip() for cell in found["cells"].split("|")] for found in _ROW.finditer(text)]


@pytest.mark.rule("L23")
@pytest.mark.parametrize("rate", ["FMR", "FNMR", "FNIR", "FPIR"])
def test_error_rates_stand_with_interval_and_sample_size(rate: str) -> None:
    found = [row for row in rows("evaluation.md") if rate in row[0]]
    assert found
    for row in found:
        assert "%" in row[1]
        assert int(row[3]) > 0


@pytest.mark.rule("L25")
@pytest.mark.parametrize("rate", ["APCER", "BPCER"])
def test_attack_detection_is_reported_with_its_sample_size(rate: str) -> None:
    found = [row for row in rows("attacks.md") if row[0].startswith(rate)]
    assert found
    assert all("%" in row[2] and "to" in row[3] and int(row[4]) > 0 for row in found)


@pytest.mark.rule("L2", "L8")
@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "zh",
            ("{processor}", "{contact}", "为什么", "保存多久", "必要性与影响", "权利", "十四", "通行码", "门禁卡"),
        ),
        (
            "en",
            ("{processor}", "{contact}", "Why:", "How long:", "Necessity and effect:", "Your rights:", "fourteen"),
        ),
    ],
)
def test_the_notice_names_all_that_the_law_asks(language: str, parts: tuple[str, ...]) -> None:
    text = (ROOT / "templates" / "notice" / f"default.{language}.txt").read_text(encoding="utf-8")
    assert not [part for part in parts if part not in text]
    assert face_as_a_must(text) is None


@pytest.mark.rule("L20")
def test_the_written_schedule_is_the_one_the_job_keeps() -> None:
    page = (ROOT / "docs" / "privacy" / "schedule.md").read_text(encoding="utf-8")
    for line in retention.schedule(90):
        assert f"| {line.what_zh} {line.what_en} | {line.days} | {line.then_zh} {line.then_en} |" in page


def test_every_page_about_privacy_is_listed_and_every_link_leads_somewhere() -> None:
    folder = ROOT / "docs" / "privacy"
    start = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.glob("*.md"):
        assert path.name == "README.md" or f"]({path.name})" in start
        for link in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
            assert (folder / link).exists(), f"{path.name}: {link}"


def test_every_command_that_the_pages_name_exists() -> None:
    told = set()
    for path in (ROOT / "docs" / "privacy").glob("*.md"):
        told |= set(re.findall(r"kaimen ([a-z-]+)(?: ([a-z]+))?", path.read_text(encoding="utf-8")))
    assert told
    for first, second in told:
        command = cli.commands[first]
        if isinstance(command, click.Group) and second:
            assert second in command.commands, f"kaimen {first} {second}"
