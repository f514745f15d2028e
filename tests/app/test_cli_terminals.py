"""Vendors' terminals from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.db.database import open_database
from tests.app.test_cli import Operator
from tests.estate import build, seed_estate


@pytest.fixture
def kaimen(tmp_path: Path) -> Operator:
    operator = Operator(tmp_path)
    operator("db", "migrate")
    database = open_database(f"sqlite:///{tmp_path / 'kaimen.db'}")
    operator_house = build(database).house
    seed_estate(operator_house)
    database.close()
    return operator


ADD = ("terminal", "add", "--estate", "1", "--name", "South", "--serial", "CJDE1935", "--access-point", "1")


def test_a_terminal_is_let_in_listed_and_cut_off(kaimen: Operator) -> None:
    made = kaimen(*ADD, "--source", "10.8.0.0/24", "--secret-path")
    assert made.exit_code == 0
    assert "CJDE1935: 1 door(s)" in made.output
    assert "/t/" in made.output
    listed = kaimen("terminal", "list", "--estate", "1").output
    assert "CJDE1935 OFFLINE" in listed
    assert "South" in listed
    assert "reset it" in kaimen("terminal", "cut-off", "--serial", "CJDE1935").output
    assert "CJDE1935 cut off" in kaimen("terminal", "list", "--estate", "1").output


def test_what_is_wrong_is_said(kaimen: Operator) -> None:
    assert "no access point 9" in kaimen(*ADD[:-1], "9", "--source", "10.8.0.0/24").output
    assert "no estate 5" in kaimen("terminal", "list", "--estate", "5").output
    assert "no terminal NOBODY" in kaimen("terminal", "cut-off", "--serial", "NOBODY").output
    refused = kaimen(*ADD).exception
    assert getattr(refused, "code", None) == "terminal.binding"
    assert "terminal" not in kaimen("terminal", "list", "--estate", "1").output
