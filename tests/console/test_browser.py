"""The console in a real browser: the strict policy holds, the keyboard is enough, pictures reach the form."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect, sync_playwright

from access.domain.consent import Purpose
from access.domain.staff import StaffRole
from tests.console.conftest import Office
from tests.console.scene import Scene, play
from tests.console.server import serving
from tests.console.test_edge_enrolment import able_gate, lives

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
        expect(page.get_by_label("登录名")).to_be_focused()  # some time after the page has loaded
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


CROWDED = """() => {
  const width = (one) => one.getBoundingClientRect().width;
  const fields = [...document.querySelectorAll("main input, main select")].filter((one) => width(one) > 0);
  const typed = fields.filter((one) => !["checkbox", "radio"].includes(one.type));
  const squeezed = typed.filter((one) => width(one) < 110).map((one) => one.id || one.name);
  const hidden = [...document.querySelectorAll("main table")].filter((one) =>
    width(one) > width(one.parentElement) + 1 && getComputedStyle(one.parentElement).overflowX !== "auto");
  const screen = document.documentElement;
  return { squeezed, hidden: hidden.length, wide: screen.scrollWidth - screen.clientWidth };
}"""


@pytest.mark.parametrize("width", [1280, 800])
def test_no_field_is_squeezed_and_no_table_is_cut_off(
    chromium: Chromium, office: Office, scene: Scene, width: int
) -> None:
    below = [f"residents/{scene.owner}", f"residents/{scene.owner}/face", f"approvals/{scene.request.id}"]
    for role in StaffRole:
        with at_desk(chromium, office, role) as (page, _):
            page.set_viewport_size({"width": width, "height": 900})
            links = page.locator("aside nav a")
            pages = [links.nth(number).get_attribute("href") for number in range(links.count())]
            pages += [f"/console/{one}" for one in below] if role is StaffRole.OPERATIONS else []
            for path in pages:
                page.goto(str(path))
                assert page.evaluate(CROWDED) == {"squeezed": [], "hidden": 0, "wide": 0}, (role, path)


def test_on_a_narrow_screen_the_menu_leaves_room_for_the_page(
    chromium: Chromium, office: Office, scene: Scene
) -> None:
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, _):
        page.set_viewport_size({"width": 800, "height": 900})
        page.goto("/console/residents")
        box = page.locator("h1").bounding_box()
        assert box is not None
        assert box["y"] < 450


def test_staff_begin_an_enrolment_at_a_gate_and_see_the_code(chromium: Chromium, office: Office) -> None:
    able_gate(office)
    person = lives(office, Purpose.FACE_USE)
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, complaints):
        page.goto(f"/console/residents/{person}")
        page.get_by_role("button", name="在门口登记").click()
        assert page.locator("#code").is_visible()
        page.get_by_role("link", name="回到住户页").click()
        page.get_by_text("登记码已生成").wait_for()
        assert complaints == []


def test_the_page_reads_well_when_text_is_enlarged(chromium: Chromium, office: Office, scene: Scene) -> None:
    with at_desk(chromium, office, StaffRole.OPERATIONS) as (page, _):
        page.set_viewport_size({"width": 640, "height": 450})  # 1280 wide at 200 %
        for path in ("/console/", f"/console/approvals/{scene.request.id}"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
