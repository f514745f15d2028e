"""The mini-program held against the service: its pages, its requests, its words; and its own tests by node."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from access.domain import passes
from adapters.db.database import PeeweeDatabase
from miniapp_api.blueprint import PREFIX, api_blueprint
from pages import labels
from tests.estate import build
from tests.miniprogram import vectors

ROOT = Path(__file__).resolve().parents[2] / "miniprogram"
SRC = ROOT / "src"
OWN_HOST = "127.0.0.1:8700"
SHIPPED = [p for p in SRC.rglob("*") if p.is_file() and "miniprogram_npm" not in p.parts]
APP: dict[str, Any] = json.loads((SRC / "app.json").read_text(encoding="utf-8"))


def shipped(*suffixes: str) -> dict[str, str]:
    """Texts of the mini-program's own files by path."""
    return {str(p.relative_to(SRC)): p.read_text(encoding="utf-8") for p in SHIPPED if p.name.endswith(suffixes)}


def routes() -> dict[str, tuple[str, str]]:
    """Operations that the mini-program names: method and path by name."""
    found = re.findall(r'^  (\w+): \["([A-Z]+)", "([^"]+)"\]', shipped("routes.js")["lib/routes.js"], re.MULTILINE)
    return {name: (method, path) for name, method, path in found}


@pytest.fixture
def operations(sqlite_database: PeeweeDatabase) -> dict[str, tuple[str, str, set[str]]]:
    """The service's document: method, path and parameters by operation."""
    app = Flask(__name__)
    app.register_blueprint(api_blueprint(build(sqlite_database).house))
    served = app.test_client().get(f"{PREFIX}/openapi.json").get_json()
    return {
        operation["operationId"]: (
            method.upper(),
            path.removeprefix(PREFIX),
            {one["name"] for one in operation.get("parameters", [])},
        )
        for path, item in served["paths"].items()
        for method, operation in item.items()
    }


def test_every_page_that_is_listed_is_there_and_none_else() -> None:
    assert len(APP["pages"]) > 10
    for page in APP["pages"]:
        assert all((SRC / f"{page}{ending}").exists() for ending in (".js", ".json", ".wxml")), page
    assert sorted(APP["pages"]) == sorted(
        path.removesuffix(".wxml") for path in shipped(".wxml") if "pages/" in path
    )


def test_every_way_leads_to_a_page() -> None:
    named = {
        name
        for text in shipped(".js", ".wxml").values()
        for name in re.findall(r'nav\.(?:to|next|url)\("(\w+)"|data-page="(\w+)"|next: "(\w+)"', text)
        for name in name
        if name
    }
    assert len(named) > 10
    assert named - {"face_server"} <= {page.split("/")[1] for page in APP["pages"]}


def test_every_request_is_one_of_the_services(operations: dict[str, tuple[str, str, set[str]]]) -> None:
    assert len(routes()) > 25
    for name, (method, path) in routes().items():
        assert name in operations, name
        assert (method, path) == operations[name][:2]


def test_every_operation_that_is_named_is_asked_for_and_the_other_way_round() -> None:
    code = "\n".join(text for path, text in shipped(".js").items() if path != "lib/routes.js")
    asked = set(re.findall(r'(?:ask|sendPictures?)\(\s*"(\w+)"', code)) | set(re.findall(r"routes\.(\w+)", code))
    assert asked == set(routes())


def test_only_one_file_opens_connections_and_only_to_its_own_service() -> None:
    opening = re.compile(r"wx\.(request|uploadFile|downloadFile|connectSocket|createUDPSocket|createTCPSocket)\b")
    assert {path for path, text in shipped(".js").items() if opening.search(text)} == {"lib/http.js"}
    hosts = {
        (path, host)
        for path, text in shipped(".js", ".wxml", ".wxss", ".json").items()
        for host in re.findall(r"(?:https?|wss?):/?/?([^\s\"'/]+)", text)
    }
    assert hosts == {("config.js", OWN_HOST)}
    assert not re.search(r"web-view|navigateToMiniProgram", "".join(shipped(".js", ".wxml", ".json").values()))


@pytest.mark.rule("L13")
def test_no_advertising_no_analytics_and_no_phone_number_or_place_is_asked_for() -> None:
    forbidden = re.compile(
        r"<ad\b|<ad-custom|ad-unit|createInterstitialAd|createRewardedVideoAd|reportAnalytics|reportEvent"
        r"|wx\.getRealtimeLogManager|getPhoneNumber|getrealtimephonenumber|getUserInfo|getUserProfile|chooseAvatar"
        r"|getLocation|chooseLocation|getWeRunData|chooseInvoice|type=\"nickname\"",
        re.IGNORECASE,
    )
    assert not [path for path, text in shipped(".js", ".wxml", ".json").items() if forbidden.search(text)]
    assert not {"plugins", "requiredPrivateInfos", "permission"} & APP.keys()


def test_what_is_personal_waits_for_the_privacy_guide() -> None:
    assert APP["__usePrivacyCheck__"] is True
    sheet = shipped(".wxml")["components/privacy-sheet/privacy-sheet.wxml"]
    assert sheet.count('class="button choice"') == 2, "yes and no are of one size"
    assert 'open-type="agreePrivacyAuthorization"' in sheet
    for path, text in shipped(".js").items():
        if re.search(r"wx\.(chooseMedia|createCameraContext|setClipboardData)|session\.begin\(", text):
            page = path.removesuffix(".js")
            assert "<privacy-sheet />" in shipped(".wxml")[f"{page}.wxml"], path


@pytest.mark.rule("L8")
def test_the_answers_to_a_question_of_consent_look_alike() -> None:
    page = shipped(".wxml")["pages/consent/consent.wxml"]
    assert len(re.findall(r'class="button choice"[^>]*bindtap="onAnswer"', page)) == 1
    assert 'wx:for="{{question.choices}}"' in page


def test_the_words_are_those_of_the_pages() -> None:
    theirs = {(value.value, words.zh, words.en) for (_, value), words in labels._BY_KIND.items()}
    text = shipped("labels.js")["lib/labels.js"].split("  holder: {")[0]
    ours = set(re.findall(r'(\w+): \["([^"]+)", "([^"]+)"\]', text))
    assert len(ours) > 30
    assert ours <= theirs


def test_everything_that_people_see_is_chinese_first_with_english_beside_it() -> None:
    for path, text in shipped(".wxml").items():
        for words in re.findall(r"<w [^>]*>", text):
            assert re.search(r'^<w zh="[^"]+" en="[^"]+"', words), f"{path}: {words}"


def test_files_are_small() -> None:
    for path, text in shipped("").items():
        assert len(text.splitlines()) <= 400, path


def test_the_vectors_are_still_what_the_service_makes() -> None:
    assert json.loads(vectors.FILE.read_text(encoding="utf-8")) == vectors.vectors()


def test_the_lock_names_no_registry() -> None:
    assert not re.search(r'"resolved"|https?://', (ROOT / "package-lock.json").read_text(encoding="utf-8"))


_ROLL = """
const { roll } = require(process.argv[1]);
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cases.map(([signed, proof_key, at]) => roll({ signed, proof_key }, at))));
"""
_INSTANTS = st.integers(min_value=0, max_value=2**32 * 15_000 - 1)
_CASE = st.tuples(st.binary(min_size=87, max_size=87), st.binary(min_size=32, max_size=32), _INSTANTS)


@pytest.fixture(scope="module")
def node() -> str:
    """Node, where `make miniprogram` has installed what the tests need."""
    found = shutil.which("node")
    if found is None or not (SRC / "miniprogram_npm").exists():
        pytest.skip("run `make miniprogram` first")
    return found


@settings(max_examples=5, deadline=None)
@given(cases=st.lists(_CASE, min_size=20, max_size=40))
def test_the_phone_rolls_any_pass_as_the_service_does(node: str, cases: list[tuple[bytes, bytes, int]]) -> None:
    sent = [(base64.b64encode(signed).decode(), base64.b64encode(key).decode(), at) for signed, key, at in cases]
    command = [node, "-e", _ROLL, str(SRC / "lib/rolling.js")]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(sent), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [passes.roll(signed, key, at) for signed, key, at in cases]


def test_wechats_compilers_take_every_page(node: str) -> None:
    run(node, "tools/check.mjs")


def test_the_mini_programs_own_tests_pass(node: str) -> None:
    run(node, "--test", *sorted(str(p) for p in (ROOT / "tests").glob("*.test.cjs")))


def run(node: str, *arguments: str) -> None:
    ran = subprocess.run([node, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
