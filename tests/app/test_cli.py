"""The operator's command line, by hand: an estate from nothing, and what is said when something is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.db.database import open_database
from app.cli import cli
from tests.app.test_settings import GOOD
from tests.estate import build, seed_estate


class Operator:
    """Runs commands with good settings on a database of their own."""

    def __init__(self, folder: Path) -> None:
        self._runner = CliRunner()
        self._env = {
            **GOOD,
            "KAIMEN_DATABASE_URL": f"sqlite:///{folder / 'kaimen.db'}",
            "KAIMEN_DATA_DIR": str(folder),
        }

    def __call__(self, *words: str, **changes: str | None) -> Result:
        return self._runner.invoke(cli, list(words), env={**self._env, **changes})


@pytest.fixture
def kaimen(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


FOUND = (
    "estate",
    "found",
    "--estate",
    "7",
    "--name-zh",
    "新村",
    "--name-en",
    "New",
    "--processor",
    "x",
    "--contact",
    "y",
)
STAFF = ("staff", "add", "--estate", "7", "--name", "lin", "--display-name", "林", "--role", "operations")


def test_an_estate_from_nothing(kaimen: Operator) -> None:
    assert "0001" in kaimen("db", "migrate").output
    assert "up to date" in kaimen("db", "migrate").output
    assert "founded" in kaimen(*FOUND).output
    assert "7 新村 New" in kaimen("estate", "list").output
    made = kaimen(*STAFF)
    assert made.exit_code == 0
    assert re.search(r"password  \S{16,}\nTOTP      otpauth://totp/", made.output)
    assert kaimen("check").exit_code == 0
    assert "nothing is wrong" in kaimen("status").output
    assert kaimen("audit", "verify").exit_code == 0
    assert kaimen("jobs", "once").exit_code == 0


def test_mistakes_are_said(kaimen: Operator) -> None:
    kaimen("db", "migrate")
    assert "no estate 9" in kaimen("gate", "list", "--estate", "9").output
    kaimen(*FOUND)
    assert (
        "no access point 3"
        in kaimen("gate", "claim-code", "--estate", "7", "--name", "g", "--access-point", "3").output
    )
    again = kaimen(*FOUND)
    assert getattr(again.exception, "code", "") == "estate.taken"


def test_incomplete_settings_are_listed_without_values(kaimen: Operator) -> None:
    told = kaimen("check", KAIMEN_OA_SECRET=None, KAIMEN_PUBLIC_URL="nonsense-value")
    assert told.exit_code == 1
    assert "KAIMEN_OA_SECRET: is missing" in told.output
    assert "KAIMEN_PUBLIC_URL" in told.output
    assert "nonsense-value" not in told.output


def test_no_secret_is_printed(kaimen: Operator) -> None:
    kaimen("db", "migrate")
    printed = kaimen("check").output
    assert GOOD["KAIMEN_OA_SECRET"] not in printed
    assert GOOD["KAIMEN_MASTER_KEY"] not in printed


def test_a_new_key_is_32_bytes(kaimen: Operator) -> None:
    assert kaimen("check", KAIMEN_MASTER_KEY=kaimen("new-key").output.strip()).exit_code in {0, 1}
    assert len(kaimen("new-key").output.strip()) == 44


def test_the_status_tells_of_faces_at_each_access_point(kaimen: Operator, tmp_path: Path) -> None:
    kaimen("db", "migrate")
    database = open_database(f"sqlite:///{tmp_path / 'kaimen.db'}")
    seed_estate(build(database).house)
    database.close()
    said = kaimen("status")
    assert said.exit_code == 0
    assert "faces     1/1     people 0, the face process is away: no face is compared" in said.output


def test_a_renewal_of_faces_needs_the_face_process_and_an_estate(kaimen: Operator, tmp_path: Path) -> None:
    kaimen("db", "migrate")
    database = open_database(f"sqlite:///{tmp_path / 'kaimen.db'}")
    seed_estate(build(database).house)
    database.close()
    told = kaimen("face", "renew", "--estate", "1", "--why", "transform")
    assert getattr(told.exception, "code", "") == "face.away"
    assert "there is no estate 9" in kaimen("face", "renew", "--estate", "9", "--why", "model").output
    assert kaimen("face", "renew", "--estate", "1", "--why", "model", "--days", "3").exit_code == 2
