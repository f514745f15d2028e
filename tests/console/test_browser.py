"""The console in a real browser: the strict policy holds, the keyboard is enough, pictures reach the form."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from access.domain.staff import StaffRole
from tests.console.conftest import Office
from tests.console.scene import Scene, play
from tests.console.server import serving

pytestmark = pytest.mark.browser
ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield browser
        browser.close()


@contextmanager
def at_desk(chromium: Chromium, office: Office, role: StaffRole) -> Iterator[tuple[Page, list[str]]]:
    """A signed-in page, and what the browser complained of or asked of other hosts."""
    account, complaints = office.account(role), []
    with serving(office.app) as base:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=base, locale="zh-CN")
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda sent: None if sent.url.startswith((base, "data:", "blob:")) else complaints.append(sent.url),
        )
        page.goto("/console/sign-in")
        page.keyboard.type(account.staff.name)
        page.keyboard.press("Tab")
        page.keyboard.type(account.password)
        page.keyboard.press("Tab")
        page.keyboard.type(office.code(account))
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/")
        yield page, complaints
        context.close()


@pytest.fixture
def scene(office: Office) -> Scene:
    return play(office.wired, office.place)


def test_every_menu_page_opens_without_a_complaint(chromium: Chromium, office: Office, scene: Scene) -> None:
    for role in StaffRole:
        with at_desk(chromium, office, role) as (page, complaints):
            links = page.locator("aside nav a")
            for number in range(links.count()):
                links.nth(number).click()
                assert page.locator("h1").is_visible()
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= 1280, (role, page.url)
            assert complaints == []


def test_a_request_is_approved_by_keyboard(chromium: Chromium, office: Office, scene: Scene) -> None:
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, complaints):
        page.goto(f"/console/approvals/{scene.request.id}")
        page.get_by_role("button", name="通过申请").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/approvals")
        assert page.get_by_role("status").is_visible()
        assert complaints == []
    with office.wired.house.db.reading() as stores:
        decided = stores.residencies.get(scene.request.id)
    assert decided is not None
    assert decided.decided_by == office.place.operations.staff.id


def test_a_tap_on_the_desk_reader_enrols_a_card(chromium: Chromium, office: Office, scene: Scene) -> None:
    """A keyboard-wedge reader types the number and presses Enter."""
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, complaints):
        page.goto(f"/console/residents/{scene.owner}")
        page.locator("#card").focus()
        page.keyboard.type("CAFE0042")
        page.keyboard.press("Enter")
        page.get_by_text("•••• 0042").wait_for()
        assert complaints == []


def test_disabling_a_card_asks_first(chromium: Chromium, office: Office, scene: Scene) -> None:
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, _):
        page.goto(f"/console/residents/{scene.owner}")
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.get_by_role("button", name="停用").click()
        assert page.get_by_text("可用").first.is_visible()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="停用").click()
        page.get_by_text("卡已停用").wait_for()


def test_the_desk_camera_fills_the_form(chromium: Chromium, office: Office, scene: Scene) -> None:
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, complaints):
        page.goto(f"/console/residents/{scene.owner}/face")
        page.get_by_role("button", name="打开摄像头").click()
        for count in (1, 2, 3):
            page.get_by_role("button", name="拍一张").click()
            page.locator("#shots img").nth(count - 1).wait_for()
        page.get_by_role("button", name="提交").click()
        page.get_by_text("照片已收到").wait_for()
        assert complaints == []
    with office.wired.house.db.reading() as stores:
        newest = stores.faces.enrolments_of(scene.owner, office.place.estate.id)[-1]
        sealed = stores.faces.samples(newest.id)
        samples = [
            office.wired.house.keyring.open_face(stores, scene.owner, office.place.estate.id, one) for one in sealed
        ]
    assert len(samples) == 3
    assert all(Image.open(io.BytesIO(sample)).format == "JPEG" for sample in samples)


def test_the_page_reads_well_when_text_is_enlarged(chromium: Chromium, office: Office, scene: Scene) -> None:
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, _):
        page.set_viewport_size({"width": 640, "height": 450})  # 1280 wide at 200 %
        for path in ("/console/", f"/console/approvals/{scene.request.id}"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
