"""The mini-program's source: its pass is the service's pass, its calls exist, it asks for no picture or phone."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.domain import passes
from access.services.house import House
from miniapp_api.blueprint import api_blueprint
from miniapp_api.document import document

SOURCE = Path(__file__).resolve().parents[2] / "miniprogram"
NODE = shutil.which("node")
_ROLL = """
const { roll } = require(process.argv[1]);
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const bytes = (text) => Array.from(Buffer.from(text, 'base64'));
process.stdout.write(JSON.stringify(cases.map(([signed, key, at]) => roll(bytes(signed), bytes(key), at))));
"""
_INSTANTS = st.integers(min_value=0, max_value=2**32 * 15_000 - 1)
_CASE = st.tuples(st.binary(min_size=87, max_size=87), st.binary(min_size=32, max_size=32), _INSTANTS)


OTHERS = {"vendor", "node_modules", "src", "tools", "tests"}
"""Folders that the program itself is not in: libraries, tools, and what is still being built."""


def ours(*suffixes: str) -> list[Path]:
    return [path for path in SOURCE.rglob("*") if path.suffix in suffixes and not OTHERS & set(path.parts)]


def rolled(cases: list[tuple[bytes, bytes, int]]) -> list[str]:
    """What the phone makes of each case."""
    assert NODE is not None
    sent = json.dumps([(base64.b64encode(s).decode(), base64.b64encode(k).decode(), at) for s, k, at in cases])
    command = [NODE, "-e", _ROLL, str(SOURCE / "lib/door-pass.js")]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)
    return cast("list[str]", json.loads(done.stdout))


@pytest.mark.skipif(NODE is None, reason="needs node")
@settings(max_examples=5, deadline=None)
@given(st.lists(_CASE, min_size=20, max_size=40))
def test_the_phone_rolls_the_pass_as_the_service_does(cases: list[tuple[bytes, bytes, int]]) -> None:
    assert rolled(cases) == [passes.roll(signed, key, at) for signed, key, at in cases]


def test_every_call_is_in_the_services_document() -> None:
    made = document(api_blueprint(cast(House, SimpleNamespace())))
    known = {
        (method.upper(), re.sub(r"{\w+}", "*", path)) for path, item in made["paths"].items() for method in item
    }
    found = set()
    for path in ours(".js"):
        for method, called in re.findall(r"\bask\('(\w+)', [`']([^`']+)[`']", path.read_text(encoding="utf-8")):
            plain = re.sub(r"\$\{[^}]+\}+\)?", "*", called.split("?")[0])
            found.add((method, "/api/v1" + plain))
    assert len(found) > 15
    assert not found - known


def test_each_page_is_whole() -> None:
    app: dict[str, Any] = json.loads((SOURCE / "app.json").read_text(encoding="utf-8"))
    for page in app["pages"]:
        for suffix in (".js", ".json", ".wxml"):
            assert (SOURCE / f"{page}{suffix}").is_file()
        handlers = set(re.findall(r'bind\w+="(\w+)"', (SOURCE / f"{page}.wxml").read_text(encoding="utf-8")))
        script = (SOURCE / f"{page}.js").read_text(encoding="utf-8")
        assert not [name for name in handlers if not re.search(rf"^  {name}\(", script, re.MULTILINE)], page
    assert app["__usePrivacyCheck__"] is True


def test_no_picture_phone_number_place_or_advertisement_is_asked_for() -> None:
    words = re.compile(
        r"chooseMedia|chooseImage|createCameraContext|<camera|getPhoneNumber|getLocation|chooseLocation|getUserProfile"
        r"|getUserInfo|<ad\b|<official-account|web-view|wx\.navigateToMiniProgram"
    )
    for path in ours(".js", ".wxml", ".json"):
        assert not words.search(path.read_text(encoding="utf-8")), path
