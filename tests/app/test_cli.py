"""The operator's command line, by hand: an estate from nothing, and what is said when something is wrong."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from access.queries.face_places import FacePlaces, OlderFaces
from adapters.db.database import open_database
from adapters.keys.pkcs11_master import Token
from app.cli import cli
from app.cli_estate import older_faces
from tests.app.test_settings import GOOD
from tests.estate import MASTER, build, seed_estate

MASTER_KEY = base64.b64encode(MASTER).decode()


class Operator:
    """Runs commands with good settings on a database of their own."""

    def __init__(self, folder: Path) -> None:
        self._runner = CliRunner()
        self._env = {
            **GOOD,
            "KAIMEN_DATABASE_URL": f"sqlite:///{folder / 'kaimen.db'}",
            "KAIMEN_DATA_DIR": str(folder),
            "KAIMEN_MASTER_KEY": MASTER_KEY,
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
    secret = "redis://:hidden-word@127.0.0.1:1/0"  # nothing connects before it is used
    printed = kaimen("check", KAIMEN_REDIS_URL=secret, KAIMEN_PKCS11_PIN="73915028").output
    assert "redis://:…@127.0.0.1:1/0" in printed
    for hidden in (GOOD["KAIMEN_OA_SECRET"], MASTER_KEY, "hidden-word", "73915028"):
        assert hidden not in printed


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


def test_a_master_key_is_changed_and_the_old_one_taken_out(kaimen: Operator) -> None:
    old, new = MASTER_KEY, kaimen("new-key").output.strip()
    kaimen("db", "migrate")
    kaimen(*FOUND)
    both = f"1:{old},2:{new}"
    assert "master key 1: 2 secrets" in kaimen("keys", "status").output
    done = kaimen("keys", "rotate", KAIMEN_MASTER_KEY=both).output
    assert "secrets of 1 estates, 1 of the platform" in done
    assert "master key 1: nothing" in done
    assert "master key 2: 2 secrets" in done
    assert old not in done
    assert new not in done
    assert kaimen("receipt", "key", "7", KAIMEN_MASTER_KEY=f"2:{new}").exit_code == 0
    refused = kaimen("receipt", "key", "7", KAIMEN_MASTER_KEY=old)
    assert getattr(refused.exception, "code", "") == "keys.unreadable"


def test_a_master_key_in_a_token_and_what_is_wrong_with_it(kaimen: Operator, token: Token) -> None:
    env = {
        "KAIMEN_MASTER_KEY": "pkcs11:by-command",
        "KAIMEN_PKCS11_MODULE": str(token.module),
        "KAIMEN_PKCS11_TOKEN": token.label,
        "KAIMEN_PKCS11_PIN": token.pin,
    }
    missing = kaimen("db", "migrate", **env)
    assert "no key of that label" in str(missing.exception)
    assert "made: write it as pkcs11:by-command" in kaimen("keys", "make", "by-command", **env).output
    assert kaimen("db", "migrate", **env).exit_code == 0
    assert "founded" in kaimen(*FOUND, **env).output
    assert "master key 1: 2 secrets" in kaimen("keys", "status", **env).output
    for changed, said in (
        ({"KAIMEN_PKCS11_PIN": "0000"}, "PIN is wrong"),
        ({"KAIMEN_PKCS11_TOKEN": "x"}, "no token"),
    ):
        assert said in str(kaimen("check", **{**env, **changed}).exception)
    told = kaimen("check", **{**env, "KAIMEN_PKCS11_PIN": None}).output
    assert "KAIMEN_PKCS11_MODULE, _TOKEN and _PIN" in told
    assert "set KAIMEN_PKCS11_MODULE" in kaimen("keys", "make", "x").output


def test_new_signing_keys_of_an_estate(kaimen: Operator) -> None:
    kaimen("db", "migrate")
    kaimen(*FOUND)
    assert "signing key" in kaimen("keys", "signing", "7").output
    assert getattr(kaimen("keys", "signing", "9").exception, "code", "") == "estate.unknown"


def test_an_error_that_ends_a_command_shows_no_password(kaimen: Operator) -> None:
    said = kaimen("audit", "verify", KAIMEN_DATABASE_URL="postgresql://kaimen:hidden-word@127.0.0.1:1/kaimen")
    assert said.exit_code != 0
    assert "hidden-word" not in f"{said.output}{said.exception!r}{said.exception.__cause__!r}"


def test_the_status_says_whose_faces_are_not_recognised_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert not older_faces([(1, FacePlaces((), 500)), (2, FacePlaces((), 500, (OlderFaces("joined-1", 7, True),)))])
    said = capsys.readouterr().out
    assert "2: 7 people are still known by joined-1" in said
    assert "kaimen face renew --estate 2 --why model" in said
    assert older_faces([(1, FacePlaces((), 500, (OlderFaces("dlib-1", 3, False),)))])
    said = capsys.readouterr().out
    assert "UNKNOWN   1: 3 people" in said
    assert "KAIMEN_FACE_PREVIOUS_MODEL=dlib-1" in said
