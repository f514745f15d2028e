"""The mini-program's own scripts against the real API: from a first look to a pass, a visitor, and leaving."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.serving import make_server

from access.domain import passes
from access.domain.people import App
from access.services import phone_sign_in, register
from adapters.db.database import PeeweeDatabase
from miniapp_api.blueprint import api_blueprint
from tests.estate import Place, TestHouse, approve, build, resident, seed_estate
from tests.miniprogram.channel import without_selfies

ROOT = Path(__file__).resolve().parents[2] / "miniprogram"
HARNESS = Path(__file__).with_name("phone.js")
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules").exists(), reason="run `make miniprogram` first"
)


@dataclass(frozen=True)
class MiniPhone:
    """A phone with storage of its own, in front of a real server."""

    wired: TestHouse
    place: Place
    url: str
    storage: Path

    def run(self, *steps: dict[str, Any]) -> list[dict[str, Any]]:
        """The data of each step's page."""
        return cast("list[dict[str, Any]]", self.whole(*steps)["shown"])

    def whole(self, *steps: dict[str, Any]) -> dict[str, Any]:
        """What the pages showed, where they led, how often the privacy guide was asked about."""
        self.wired.wechat.login_code("mini-code", "mini-dora")
        assert NODE is not None
        command = [NODE, str(HARNESS), str(ROOT / "src"), self.url, str(self.storage)]
        done = subprocess.run(
            command, input=json.dumps(steps), capture_output=True, text=True, check=False, env=dict(os.environ)
        )
        assert done.returncode == 0, done.stderr
        return cast("dict[str, Any]", json.loads(done.stdout))

    def kept(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.storage.read_text(encoding="utf-8")))


@pytest.fixture
def phone(sqlite_database: PeeweeDatabase, tmp_path: Path) -> Iterator[MiniPhone]:
    with phone_of(without_selfies(build(sqlite_database)), tmp_path) as made:
        yield made


@pytest.fixture
def selfie_phone(sqlite_database: PeeweeDatabase, tmp_path: Path) -> Iterator[MiniPhone]:
    """Where the mini-program may take the face."""
    with phone_of(build(sqlite_database), tmp_path) as made:
        yield made


@contextmanager
def phone_of(wired: TestHouse, tmp_path: Path) -> Iterator[MiniPhone]:
    place = seed_estate(wired.house)
    app = Flask("api-under-test")
    app.register_blueprint(api_blueprint(wired.house))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield MiniPhone(wired, place, f"http://127.0.0.1:{server.server_port}", tmp_path / "storage.json")
    server.shutdown()
    thread.join()


def value(text: object) -> dict[str, Any]:
    return {"detail": {"value": text}}


def dataset(**values: object) -> dict[str, Any]:
    return {"currentTarget": {"dataset": values}}


YES = dataset(index=0)
"""The first answer to the first question; which is which is tested by node."""


def registered(phone: MiniPhone) -> dict[str, Any]:
    """Look round, read, sign in, agree, register; then the office says yes."""
    story = phone.whole(
        {"name": "home"},
        {"name": "notice"},
        {"name": "notice", "calls": [["onSignIn", {}]]},
        {"name": "consent", "options": {"purpose": "access"}, "calls": [["onAnswer", YES]]},
        {
            "name": "register",
            "calls": [["onName", value("朵拉")], ["onHousehold", value("1栋102")], ["onSend", {}]],
        },
        {"name": "home"},
    )
    assert [page["fault"] for page in story["shown"]] == [None] * 6
    dora = register.find_person(phone.wired.house, App.MINI_PROGRAM, "mini-dora")
    assert dora is not None
    with phone.wired.house.db.reading() as stores:
        (residency,) = stores.residencies.of_person(dora)
    approve(phone.wired.house, phone.place, residency)
    return story


def test_looking_round_makes_no_account_and_registering_waits_for_the_office(phone: MiniPhone) -> None:
    (first, notice), asked = (told := phone.whole({"name": "home"}, {"name": "notice"}))["shown"], told["asked"]
    assert (first["signedIn"], first["estate"]["name_zh"], asked) == (False, "桂园", 0)
    assert notice["notice"]["zh"]
    assert register.find_person(phone.wired.house, App.MINI_PROGRAM, "mini-dora") is None
    story = registered(phone)
    last = story["shown"][-1]
    assert (last["name"], last["state"]["next"]) == ("朵拉", "wait")
    assert last["state"]["residencies"][0]["household"] == "1-102"
    assert story["asked"] == 1, "the privacy guide is asked about once"
    assert story["went"] == [
        "/pages/consent/consent?purpose=access",
        "/pages/register/register",
        "/pages/home/home",
    ]


def test_the_pass_on_the_phone_opens_the_gate(phone: MiniPhone) -> None:
    registered(phone)
    home, shown = phone.run({"name": "home"}, {"name": "pass"})
    assert home["state"]["next"] == "enter"
    assert shown["picture"].startswith("data:image/gif;base64,")
    with phone.wired.house.db.reading() as stores:
        outcome = passes.verify(
            shown["text"],
            estate=phone.place.estate.number,
            keys=phone.wired.house.keyring.passes(stores, phone.place.estate.id),
            opens=lambda number: phone.place.gate.id in stores.places.set_members(phone.place.estate.id, number),
            at=phone.wired.clock.now(),
        )
    assert isinstance(outcome, passes.VerifiedPass)


def test_the_pass_goes_on_without_a_network(phone: MiniPhone) -> None:
    registered(phone)
    phone.run({"name": "pass"})
    (shown,) = replace(phone, url="http://127.0.0.1:9").run({"name": "pass"})
    assert (shown["offline"], shown["fault"]) == (True, None)
    assert shown["text"].startswith("G2:")


def test_a_visitor_is_invited_shown_and_cancelled(phone: MiniPhone) -> None:
    registered(phone)
    day = "2026-09-21"
    form = [["onName", value("老王")], ["onDay", value(day)], ["onClock", value("23:59")], ["onSend", {}]]
    made = phone.whole({"name": "invite", "calls": form}, {"name": "visitors"})
    (visitor,) = made["shown"][1]["visitors"]
    assert made["went"] == [f"/pages/invitation/invitation?id={visitor['id']}"]
    own = {"name": "invitation", "options": {"id": visitor["id"]}}
    (shown,) = phone.run(own)
    visit = {"name": "visit", "options": {"secret": shown["link"].rpartition("/")[2]}}
    stranger = replace(phone, storage=phone.storage.with_name("stranger.json"))
    (seen,) = stranger.run(visit)
    assert (seen["visit"]["name"], seen["picture"][:10]) == ("老王", "data:image")
    (shown,) = phone.run({**own, "calls": [["onRevoke", {}]]})
    assert (shown["fault"], shown["visitor"]["live"]) == (None, False)
    (seen,) = stranger.run(visit)
    assert (seen["ended"]["zh"], seen["picture"]) == ("这张通行码已被取消。请联系邀请您的住户。", "")
    assert "token" not in stranger.kept(), "a visitor needs no account"


def test_what_goes_wrong_is_told_in_words(phone: MiniPhone) -> None:
    registered(phone)
    shown = phone.run(
        {"name": "doors", "calls": [["onOpen", dataset(id=phone.place.gate.id)]]},
        {"name": "visit", "options": {"secret": "x" * 24}},
        {"name": "bind", "options": {"scene": "spent"}, "calls": [["onJoin", {}]]},
        {"name": "bind", "calls": [["onToken", value("' OR 1=1 --")], ["onJoin", {}]]},
        {"name": "data", "calls": [["onName", value(" ")], ["onSaveName", {}]]},
    )
    codes = [page["fault"]["code"] for page in shown[1:]]
    assert codes == ["visit.link", "bind.unknown", "bind.unknown", "person.name"]
    assert (shown[0]["fault"] or shown[0]["state"])["zh"]


def test_a_registration_in_the_chat_is_joined_by_its_code(phone: MiniPhone) -> None:
    known = resident(phone.wired.house, phone.place, "Alice", "1-101")
    token = phone_sign_in.new_bind_token(phone.wired.house, known).token
    joined, home = phone.run(
        {"name": "bind", "options": {"scene": token}, "calls": [["onJoin", {}]]}, {"name": "home"}
    )
    assert (joined["joined"], home["name"], home["state"]["next"]) == (True, "Alice", "enter")


def test_my_data_is_shown_corrected_and_copied(phone: MiniPhone) -> None:
    registered(phone)
    (shown,) = phone.run({"name": "data", "calls": [["onName", value("朵朵")], ["onSaveName", {}], ["onCopy", {}]]})
    assert (shown["fault"], shown["done"]) == (None, "copy")
    assert [one["purpose"]["zh"] for one in shown["consents"]] == ["保存姓名和住户，用于开门"]
    entries, home, retention = phone.run({"name": "entries"}, {"name": "home"}, {"name": "retention"})
    assert (entries["ready"], home["name"]) == (True, "朵朵")
    assert retention["lines"]


def test_the_face_stays_away_where_the_service_does_not_offer_it_here(phone: MiniPhone) -> None:
    registered(phone)
    home, selfie = phone.run({"name": "home"}, {"name": "selfie"})
    with phone.wired.house.db.reading() as stores:
        assert stores.places.estate(phone.place.estate.id).face_enabled  # type: ignore[union-attr]
    assert (home["faceHere"], selfie["here"], selfie["asks"]) == (False, False, False)


@pytest.mark.rule("L4", "L6")
def test_the_tile_of_the_face_leads_to_the_question_left_or_to_the_face_in_the_gate(
    selfie_phone: MiniPhone,
) -> None:
    registered(selfie_phone)
    yes, no = dataset(index=1), dataset(index=0)
    asked = selfie_phone.whole(
        {"name": "selfie"},
        {"name": "consent", "options": {"purpose": "face_use"}, "calls": [["onAnswer", yes]]},
        {"name": "selfie"},
        {"name": "consent", "options": {"purpose": "face_server"}, "calls": [["onAnswer", no]]},
        {"name": "selfie"},
        {"name": "gateface", "calls": [["onAnswer", {}]]},
    )
    question = "/pages/consent/consent?purpose="
    assert asked["went"] == [
        f"{question}face_use",
        f"{question}face_server",
        f"{question}face_server",
        "/pages/gateface/gateface",
        "/pages/gateface/gateface",
        f"{question}face_server",
    ]
    assert asked["shown"][-1]["state"]["used"] is True


def test_closing_the_account_leaves_nothing_on_the_phone(phone: MiniPhone) -> None:
    registered(phone)
    phone.run({"name": "pass"}, {"name": "leave", "calls": [["onClose", {}]]})
    assert phone.kept().keys() <= {"estate", "agreed"}
    assert register.find_person(phone.wired.house, App.MINI_PROGRAM, "mini-dora") is None
