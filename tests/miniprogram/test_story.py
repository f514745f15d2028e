"""The mini-program's own scripts against the real API: from a first look to a pass, a visitor, and leaving."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.serving import make_server

from access.domain import passes
from access.domain.people import App
from access.services import register
from adapters.db.database import PeeweeDatabase
from miniapp_api.blueprint import api_blueprint
from tests.estate import Place, TestHouse, approve, build, seed_estate

SOURCE = Path(__file__).resolve().parents[2] / "miniprogram"
HARNESS = Path(__file__).with_name("phone.js")
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(NODE is None, reason="needs node")


@dataclass(frozen=True)
class MiniPhone:
    """A phone with storage of its own, in front of a real server."""

    wired: TestHouse
    place: Place
    url: str
    storage: Path

    def run(self, *steps: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
        """(data of each step's page, what the person was told in dialogues)."""
        self.wired.wechat.login_code("mini-code", "mini-dora")
        assert NODE is not None
        command = [NODE, str(HARNESS), str(SOURCE), self.url, str(self.storage)]
        done = subprocess.run(command, input=json.dumps(steps), capture_output=True, text=True, check=True)
        answer = cast("dict[str, Any]", json.loads(done.stdout))
        return answer["shown"], answer["told"]


@pytest.fixture
def phone(sqlite_database: PeeweeDatabase, tmp_path: Path) -> Iterator[MiniPhone]:
    wired = build(sqlite_database)
    place = seed_estate(wired.house)
    app = Flask("api-under-test")
    app.register_blueprint(api_blueprint(wired.house))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield MiniPhone(wired, place, f"http://127.0.0.1:{server.server_port}", tmp_path / "storage.json")
    server.shutdown()
    thread.join()


def value(text: str) -> dict[str, Any]:
    return {"detail": {"value": text}}


def dataset(**values: str) -> dict[str, Any]:
    return {"currentTarget": {"dataset": values}}


def registered(phone: MiniPhone) -> list[dict[str, Any]]:
    """Look round, sign in, read, agree, register; then the office says yes."""
    shown, told = phone.run(
        {"name": "home"},
        {"name": "notice"},
        {"name": "home", "calls": [["begin", {}]]},
        {"name": "notice", "calls": [["answer", dataset(given="yes")]]},
        {
            "name": "register",
            "calls": [["setName", value("朵拉")], ["search", value("1栋102")], ["send", {}]],
        },
        {"name": "home"},
    )
    assert told == []
    dora = register.find_person(phone.wired.house, App.MINI_PROGRAM, "mini-dora")
    assert dora is not None
    with phone.wired.house.db.reading() as stores:
        (residency,) = stores.residencies.of_person(dora)
    approve(phone.wired.house, phone.place, residency)
    return shown


def test_looking_round_makes_no_account_and_registering_waits_for_the_office(phone: MiniPhone) -> None:
    first, notice, begun, _, _, last = registered(phone)
    assert (first["signedIn"], first["estate"]["name_zh"]) == (False, "桂园")
    assert notice["parts"]
    assert (begun["signedIn"], begun["next"]) == (True, "read_notice")
    assert (last["name"], last["next"]) == ("朵拉", "wait")
    assert last["places"][0]["household"] == "1-102"


def test_the_pass_on_the_phone_opens_the_gate(phone: MiniPhone) -> None:
    registered(phone)
    (home, shown), told = phone.run({"name": "home"}, {"name": "pass"})
    assert (home["next"], told) == ("enter", [])
    with phone.wired.house.db.reading() as stores:
        outcome = passes.verify(
            shown["text"],
            estate=phone.place.estate.number,
            keys=phone.wired.house.keyring.passes(stores, phone.place.estate.id),
            opens=lambda number: phone.place.gate.id in stores.places.set_members(phone.place.estate.id, number),
            at=phone.wired.clock.now(),
        )
    assert isinstance(outcome, passes.VerifiedPass)


def test_the_pass_is_kept_for_a_time_without_a_network(phone: MiniPhone) -> None:
    registered(phone)
    phone.run({"name": "pass"})
    away = MiniPhone(phone.wired, phone.place, "http://127.0.0.1:9", phone.storage)
    (shown,), told = away.run({"name": "pass"})
    assert shown["offline"] is True
    assert shown["text"].startswith("G2:")
    assert told == []


def test_a_visitor_is_invited_shown_and_cancelled(phone: MiniPhone) -> None:
    registered(phone)
    form = [["setName", value("老王")], ["setDay", value("2026-09-21")], ["setTime", value("23:59")], ["send", {}]]
    (_, listed), told = phone.run({"name": "invite", "calls": form}, {"name": "visitors"})
    assert told == []
    (visitor,) = listed["visitors"]
    (seen,), _ = phone.run({"name": "visit", "options": {"secret": visitor["secret"]}})
    assert (seen["visit"]["name"], seen["visit"]["text"][:3]) == ("老王", "G1:")
    (listed,), _ = phone.run({"name": "visitors", "calls": [["revoke", dataset(id=visitor["id"])]]})
    assert listed["visitors"][0]["live"] is False
    (seen,), _ = phone.run({"name": "visit", "options": {"secret": visitor["secret"]}})
    assert (seen["words"]["zh"], seen["visit"]["text"]) == (
        "这张通行码已被取消。请联系邀请您的住户。",
        "",
    )


def test_what_goes_wrong_is_told_in_words(phone: MiniPhone) -> None:
    registered(phone)
    _, told = phone.run(
        {"name": "doors", "calls": [["open", dataset(id=phone.place.gate.id)]]},
        {"name": "visit", "options": {"secret": "x" * 24}},
        {"name": "home", "options": {"scene": "spent"}, "calls": [["join", {}]]},
    )
    assert len(told) == 3
    assert all("\n" in words for words in told)


def test_closing_the_account_leaves_nothing_on_the_phone(phone: MiniPhone) -> None:
    registered(phone)
    phone.run({"name": "data", "calls": [["close", {}]]})
    assert json.loads(phone.storage.read_text(encoding="utf-8")) == {}
    assert register.find_person(phone.wired.house, App.MINI_PROGRAM, "mini-dora") is None
