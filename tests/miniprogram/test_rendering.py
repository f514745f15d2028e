"""The mini-program's pages rendered by WeChat's component framework in Chromium, and clicked through."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from access.domain import passes
from access.domain.consent import Purpose
from access.domain.edge_faces import EdgeGate
from access.domain.people import App
from access.services import edge_faces, messages, outbox, register
from adapters.db.database import PeeweeDatabase
from miniapp_api.blueprint import api_blueprint
from tests.estate import Place, TestHouse, agree, approve, build, seed_estate
from tests.gates import claim_device
from tests.miniprogram.channel import TEMPLATE, telling, without_selfies

ROOT = Path(__file__).resolve().parents[2] / "miniprogram"
SHOTS = ROOT / "shots"
PHONE: Any = {"width": 390, "height": 844}
OTHERS = {
    "visitors": "还没有邀请",
    "entries": "还没有记录",
    "retention": "什么保存多久",
    "bind": "绑定码",
    "withdraw": "撤回并删除",
    "leave": "注销并删除",
    "anew": "没有要重新回答的",
    "family": "还没有登记孩子",
    "reports": "还没有报告",
    "requests": "十五个工作日内答复",
    "selfie": "这里不能登记人脸",
}
"""Pages and words that are on them."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (ROOT / "node_modules").exists() or shutil.which("chromium") is None,
        reason="run `make miniprogram` and `make system` first",
    ),
]


@dataclass(frozen=True)
class Screen:
    """A phone's screen in front of a real server."""

    page: Page
    url: str
    wired: TestHouse
    place: Place
    faults: list[str]

    def open(self, name: str = "home", query: str = "") -> None:
        self.page.goto(f"{self.url}/phone?page=pages/{name}/{name}{query}")

    def tap(self, words: str) -> None:
        self.page.get_by_text(words, exact=False).first.click()

    def see(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def shoot(self, name: str) -> None:
        """A picture to look at; whatever its words, no page is wider than the phone."""
        self.page.wait_for_load_state("networkidle")
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        self.page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)


@pytest.fixture(scope="module")
def web_page() -> str:
    ran = subprocess.run(["node", "tools/browser.mjs"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return (SHOTS / "phone.html").read_text(encoding="utf-8")


@pytest.fixture
def screen(sqlite_database: PeeweeDatabase, web_page: str) -> Iterator[Screen]:
    wired = telling(without_selfies(build(sqlite_database)))
    place = seed_estate(wired.house)
    app = Flask("phone-under-test")
    app.register_blueprint(api_blueprint(wired.house))
    app.add_url_rule("/phone", "phone", lambda: web_page)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN").new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda one: None if "127.0.0.1" in one.url or one.url.startswith("data:") else faults.append(one.url),
        )
        yield Screen(page, f"http://127.0.0.1:{server.server_port}", wired, place, faults)
        browser.close()
    server.shutdown()
    thread.join()
    assert faults == []


def signed_in(screen: Screen) -> None:
    """Read the notice, meet the privacy guide, agree, register; staff say yes."""
    screen.wired.wechat.login_code("mini-code", "mini-dora")
    screen.open()
    screen.see("桂园，开门")
    screen.shoot("welcome")
    screen.tap("先看告知书")
    screen.see("微信登录，继续")
    screen.shoot("notice")
    screen.tap("微信登录，继续")
    screen.see("继续之前，请看隐私指引")
    screen.shoot("privacy")
    screen.page.locator("button").filter(has_text="I agree").click()
    screen.see("保存姓名和住户，用来开门？")
    screen.shoot("consent")
    screen.page.locator("button").filter(has_text="Yes").click()
    screen.see("登记住户")
    screen.page.get_by_label("姓名 Name").fill("朵拉")
    screen.page.get_by_label("住户").fill("1-102")
    screen.shoot("register")
    screen.tap("提交给物业审核")
    screen.see("物业正在审核")
    screen.shoot("waiting")
    dora = register.find_person(screen.wired.house, App.MINI_PROGRAM, "mini-dora")
    assert dora is not None
    with screen.wired.house.db.reading() as stores:
        (residency,) = stores.residencies.of_person(dora)
    approve(screen.wired.house, screen.place, residency)


def test_from_the_first_look_to_a_pass_that_a_reader_reads(screen: Screen) -> None:
    signed_in(screen)
    screen.open()
    screen.see("打开通行码")
    screen.shoot("home")
    screen.tap("打开通行码")
    picture = screen.page.locator(".code img")
    expect(picture).to_be_visible()
    screen.shoot("pass")
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.screenshot())).convert("L"))
    with screen.wired.house.db.reading() as stores:
        outcome = passes.verify(
            found.text,
            estate=screen.place.estate.number,
            keys=screen.wired.house.keyring.passes(stores, screen.place.estate.id),
            opens=lambda _: True,
            at=screen.wired.clock.now(),
        )
    assert isinstance(outcome, passes.VerifiedPass)


def test_one_tap_is_one_message_about_the_next_result(screen: Screen) -> None:
    signed_in(screen)
    screen.open()
    screen.tap("有结果时微信通知我")
    screen.wired.wechat.grant("mini-dora", TEMPLATE)
    screen.see("微信通知您一次")
    screen.shoot("told")
    house = screen.wired.house
    dora = register.find_person(house, App.MINI_PROGRAM, "mini-dora")
    assert dora is not None
    for _ in range(2):
        with house.db.transaction() as stores:
            messages.notify(house, stores, dora, "card_added", screen.wired.clock.now(), last_four="1234")
    outbox.run_once(house)
    assert [(sent.kind, sent.data) for sent in screen.wired.wechat.sent] == [
        ("subscribe", {"thing1": "card_added"})
    ]


def test_the_other_pages(screen: Screen) -> None:
    signed_in(screen)
    screen.open("doors")
    screen.see("开 南门")
    screen.shoot("doors")
    screen.open("invite")
    screen.see("可以走哪些门")
    screen.page.get_by_label("访客称呼").fill("老王")
    screen.shoot("invite")
    for name, words in OTHERS.items():
        screen.open(name)
        screen.see(words)
        screen.shoot(name)
    screen.open("data")
    screen.see("保存姓名和住户，用于开门")
    screen.shoot("data")
    screen.tap("复制全部数据")
    screen.see("已复制")
    assert "朵拉" in screen.page.evaluate("window.phone.copied")


def test_the_code_of_a_face_that_stays_in_the_gate(screen: Screen) -> None:
    signed_in(screen)
    house, estate = screen.wired.house, screen.place.estate
    with house.db.reading() as stores:
        person = stores.people.person_of_account(
            App.MINI_PROGRAM, house.keyring.account(App.MINI_PROGRAM, "mini-dora")
        )
    assert person is not None
    agree(house, screen.place, person, Purpose.FACE_USE)
    screen.open("gateface")
    screen.see("没有一台设备能自己识别人脸")
    gate = claim_device(house, estate.id, screen.place.gate.id).gate
    with house.db.transaction() as stores:
        stores.edge_faces.note_gate(EdgeGate(gate.id, True, "", "joined-2", screen.wired.clock.now()))
    screen.open("gateface")
    screen.see("有这个功能的门")
    screen.tap("生成登记码")
    screen.see("登记码（只用一次）")
    screen.shoot("gateface")
    [code] = zxingcpp.read_barcodes(Image.open(BytesIO(screen.page.screenshot(full_page=True))))
    assert edge_faces.take_ticket(house, gate, code.text).person_id == person


def test_large_letters_reach_every_page(screen: Screen) -> None:
    screen.open()
    screen.see("桂园，开门")
    small = screen.page.locator(".h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    screen.tap("大字 A+")
    screen.open("retention")
    screen.see("什么保存多久")
    large = screen.page.locator(".h1").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    screen.shoot("large")
    assert large > 1.2 * small


def test_yes_and_no_are_buttons_of_one_size(screen: Screen) -> None:
    signed_in(screen)
    for purpose in ("access", "face_use", "face_server"):
        screen.open("consent", f"&purpose={purpose}")
        buttons = screen.page.locator("button.choice")
        expect(buttons).to_have_count(2)
        first, second = (buttons.nth(number).bounding_box() for number in (0, 1))
        assert first is not None
        assert second is not None
        assert (first["width"], first["height"]) == (second["width"], second["height"])
        colours = {buttons.nth(n).evaluate("one => getComputedStyle(one).backgroundColor") for n in (0, 1)}
        assert len(colours) == 1
        screen.shoot(f"consent-{purpose}")
