"""The chat simulator's page in a real browser, with its strict policy in force."""

from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, Request, expect, sync_playwright

from bot.gateway import Inbound, Kind, Reply, Text
from tests.adapters.wechat.worlds import real_client
from tests.standins.conftest import Pair

pytestmark = pytest.mark.browser
FLAGS = ["--no-sandbox", "--disable-background-networking"]


def answer(inbound: Inbound) -> Reply | bytes | None:
    if inbound.kind is Kind.IMAGE:
        return Text("照片已收到")
    if inbound.content == "bad":
        return b"<xml>"
    if inbound.content:
        return Text(f'<b>{inbound.content}</b> <a href="http://127.0.0.1:9/notice">告知书</a>')
    return Text({"subscribe": "欢迎", "click": "通行码来了"}[inbound.event])


@pytest.fixture
def page(pair: Pair) -> Iterator[Page]:
    """The page, open; fails the test on any console error or request to another host."""
    pair.service.answer = answer
    troubles: list[str] = []

    def watch(request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            troubles.append(request.url)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        opened = browser.new_page()
        opened.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on("request", watch)
        opened.goto(pair.server.url)
        yield opened
        browser.close()
    assert troubles == []


def test_a_person_follows_by_scanning_and_talks(pair: Pair, page: Page) -> None:
    real_client(pair.server.url).estate_qr("estate.b1")
    page.get_by_text("estate.b1").click()
    expect(page.locator(".log li.account .bubble")).to_have_text("欢迎")
    assert pair.service.inbound[0].event_key == "estate.b1"
    page.locator("#text").fill("3栋 501")
    page.locator("#text").press("Enter")
    expect(page.locator(".log li.account .bubble").nth(1)).to_have_text("<b>3栋 501</b> 告知书")
    link = page.get_by_role("link", name="告知书")
    assert link.get_attribute("href") == "/sim/open/chen?url=http%3A%2F%2F127.0.0.1%3A9%2Fnotice"


def test_each_code_says_where_it_hangs(pair: Pair, page: Page) -> None:
    wechat = real_client(pair.server.url)
    for scene in ("e1", "e1b0f", "e1b0a"):
        wechat.estate_qr(scene)
    labels = page.locator("#codes button > span")
    expect(labels.nth(0)).to_contain_text("楼栋 2 Building 2")
    expect(labels.nth(1)).to_contain_text("楼栋 1 Building 1")
    expect(labels.nth(2)).to_contain_text("小区大门 Estate gate")


def test_a_picture_is_sent_and_shown(pair: Pair, page: Page) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "gray").save(out, "JPEG")
    page.locator("#follow").click()
    picture: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    page.locator("#picture").set_input_files(picture)
    expect(page.locator(".log li.account .bubble").nth(1)).to_have_text("照片已收到")
    expect(page.locator(".log li.person .picture img")).to_be_visible()


def test_late_messages_and_faults_are_shown(pair: Pair, page: Page) -> None:
    page.locator("#follow").click()
    expect(page.locator(".log li.account")).to_have_count(1)
    wechat = real_client(pair.server.url)
    wechat.send_text(pair.sim.openid("chen"), "审核结果：已通过")
    expect(page.get_by_text("审核结果：已通过")).to_be_visible()
    wechat.send_template(pair.sim.openid("chen"), "登记结果", "http://127.0.0.1:9/r", {"结果": "通过", "户": "501"})
    expect(page.locator(".sheet dl")).to_have_text("结果通过户501")
    page.locator("#text").fill("bad")
    page.locator("#send").click()
    expect(page.locator(".fault")).to_contain_text("malformed XML")
    expect(page.locator(".trace li.bad")).to_have_count(1)


def test_menu_and_other_people(pair: Pair, page: Page) -> None:
    real_client(pair.server.url).set_menu([{"type": "click", "name": "通行码", "key": "pass"}])
    page.locator("#follow").click()
    page.get_by_role("button", name="通行码", exact=True).click()
    expect(page.get_by_text("点击菜单「通行码」")).to_be_visible()
    expect(page.get_by_text("通行码来了")).to_be_visible()
    assert pair.service.inbound[-1].event_key == "pass"
    page.get_by_role("button", name="李明").click()
    expect(page.locator("#stranger")).to_be_visible()
    expect(page.locator(".log li")).to_have_count(0)
    page.locator("#new-name").fill("王芳")
    page.locator("#new-name").press("Enter")
    expect(page.locator("#who")).to_contain_text("王芳")
