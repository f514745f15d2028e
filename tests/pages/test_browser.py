"""The pages in Chromium at the size of a phone: the rolling pass, offline, the keyboard, accessibility."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from access.domain import passes
from access.domain.consent import Purpose
from access.domain.events import Opening
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.residency import ResidencyStatus, Role
from access.domain.times import HOUR
from access.services import invite_visitor, phone_sign_in, register
from access.services.invite_visitor import Wish
from pages.phones import COOKIE
from tests.estate import agree, approve, newcomer, resident
from tests.pages.conftest import Served

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
PHONE: Any = {"width": 390, "height": 844}
ROLLING = re.compile(r"^G2:")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--use-fake-device-for-media-stream",
         "--use-fake-ui-for-media-stream"]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RESIDENT_PAGES = [
    "/m/", "/m/notice", "/m/consent", "/m/consent/face", "/m/consent/face-server", "/m/register", "/m/selfie",
    "/m/selfie/withdraw", "/m/pass", "/m/open", "/m/visitors", "/m/visitors/new", "/m/entries", "/m/data",
    "/m/leave", "/m/retention", "/m/estates", "/m/verify",
]  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Chromium, served: Served) -> Iterator[BrowserContext]:
    """A phone that fails the test when it is led to any other host."""
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", has_touch=True)
    foreign: list[str] = []

    def watch(request: Any) -> None:
        if not request.url.startswith((served.url, "data:", "blob:")):
            foreign.append(request.url)

    context.on("request", watch)
    yield context
    context.close()
    assert not foreign


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no script may fail and no rule of the content policy be broken."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    assert not faults


def sign_in(context: BrowserContext, served: Served, name: str) -> None:
    code = served.wired.wechat.oauth_code(f"code-{name}", f"openid-of-{name}")
    token = phone_sign_in.sign_in_page(served.wired.house, code, "10.0.0.1").token
    context.add_cookies([{"name": COOKIE, "value": token, "url": f"{served.url}/m/"}])


def alice(context: BrowserContext, served: Served) -> str:
    person_id = resident(served.wired.house, served.place, "Alice", "1-101")
    sign_in(context, served, "Alice")
    return person_id


def shown(page: Page) -> str:
    """The code on the screen, read by an independent decoder."""
    with Image.open(io.BytesIO(page.locator("#code").screenshot())) as image:
        return "".join(one.text for one in zxingcpp.read_barcodes(image.convert("L")))


def opens(served: Served, text: str) -> bool:
    """Whether a gate would take it at this moment of the server's clock."""
    wired, place = served.wired, served.place
    with wired.house.db.reading() as stores:
        outcome = passes.verify(
            text,
            estate=place.estate.number,
            keys=wired.house.keyring.passes(stores, place.estate.id),
            opens=lambda number: place.gate.id in stores.places.set_members(place.estate.id, number),
            at=wired.clock.now(),
        )
    return isinstance(outcome, passes.VerifiedPass)


def test_the_pass_on_the_screen_opens_the_door(context: BrowserContext, page: Page, served: Served) -> None:
    alice(context, served)
    page.goto(f"{served.url}/m/pass")
    expect(page.locator("#code")).to_have_attribute("data-text", ROLLING)
    text = shown(page)
    assert text == page.locator("#code").get_attribute("data-text")
    assert opens(served, text)
    box = page.locator("#code").bounding_box()
    assert box is not None
    assert box["width"] >= 220


def test_the_pass_goes_on_rolling_without_a_network(context: BrowserContext, page: Page, served: Served) -> None:
    alice(context, served)
    page.clock.install()
    page.goto(f"{served.url}/m/pass")
    page.clock.run_for(1_000)
    expect(page.locator("#code")).to_have_attribute("data-text", ROLLING)
    before = shown(page)
    context.set_offline(True)
    page.clock.run_for(45_000)
    served.wired.clock.advance(46_000)
    expect(page.locator("#code")).not_to_have_attribute("data-text", before)
    assert not opens(served, before)
    assert opens(served, shown(page))
    page.clock.run_for(120_000)
    expect(page.locator("#offline")).to_be_visible()
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.clock.run_for(1_000)
    expect(page.locator("#offline")).to_be_hidden()


def test_an_open_pass_ends_with_the_right(context: BrowserContext, page: Page, served: Served) -> None:
    person_id = alice(context, served)
    page.clock.install()
    page.goto(f"{served.url}/m/pass")
    expect(page.locator("#code")).to_have_attribute("data-text", ROLLING)
    with served.wired.house.db.transaction() as stores:
        (living,) = stores.residencies.of_person(person_id)
        ended = living.end(served.place.operations.staff.id, "moved out", served.wired.clock.now())
        assert stores.residencies.update(ended, ResidencyStatus.APPROVED)
    served.wired.clock.advance(15_000)
    page.clock.run_for(15_000)
    expect(page.locator("main")).to_contain_text("登记住户并由物业通过后")


def test_the_waiting_page_shows_the_pass_once_approved(context: BrowserContext, page: Page, served: Served) -> None:
    person_id = newcomer(served.wired.house, served.place, "Nora")
    sign_in(context, served, "Nora")
    home = served.place.households["1-101"].id
    asked = register.request_residency(served.wired.house, person_id, home, Role.OWNER, None)
    page.clock.install()
    page.goto(f"{served.url}/m/pass")
    expect(page.locator("main")).to_contain_text("物业正在审核")
    approve(served.wired.house, served.place, asked)
    page.clock.run_for(6_000)
    expect(page.locator("#code")).to_be_visible()


def test_large_letters_do_not_shrink_the_code(context: BrowserContext, page: Page, served: Served) -> None:
    alice(context, served)
    widths = []
    for large in ("0", "1"):
        context.add_cookies([{"name": "kaimen_large", "value": large, "url": served.url}])
        page.goto(f"{served.url}/m/pass")
        widths.append(page.locator("#code").evaluate("e => e.getBoundingClientRect().width"))
    assert widths[1] >= widths[0]


def test_an_old_browser_without_web_crypto_is_shown_the_servers_picture(
    context: BrowserContext, page: Page, served: Served
) -> None:
    alice(context, served)
    page.add_init_script("Object.defineProperty(window.crypto, 'subtle', { value: undefined })")
    with page.expect_response(lambda response: "code.svg?step=" in response.url):
        page.goto(f"{served.url}/m/pass")
    expect(page.locator("#code")).to_have_js_property("complete", True)
    assert opens(served, shown(page))


def test_without_scripts_the_pass_is_there_too(chromium: Chromium, served: Served) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    alice(context, served)
    page = context.new_page()
    page.goto(f"{served.url}/m/pass")
    assert opens(served, shown(page))
    context.close()


def test_the_visitors_code_is_read_from_the_screen(context: BrowserContext, page: Page, served: Served) -> None:
    host = resident(served.wired.house, served.place, "Host")
    at = served.wired.clock.now()
    made = invite_visitor.invite(served.wired.house, host, Wish(served.place.estate.id, "老王", at, at + HOUR))
    page.goto(f"{served.url}/v/{made.secret}")
    with Image.open(io.BytesIO(page.locator(".code img").screenshot())) as image:
        found = [one.text for one in zxingcpp.read_barcodes(image.convert("L"))]
    assert found == [invite_visitor.visitor_pass(served.wired.house, made.secret).text]


def test_a_selfie_by_the_live_camera(context: BrowserContext, page: Page, served: Served) -> None:
    person_id = alice(context, served)
    agree(served.wired.house, served.place, person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    context.grant_permissions(["camera"], origin=served.url)
    page.goto(f"{served.url}/m/selfie")
    page.locator("#start-camera").click()
    page.locator("#take").click()
    expect(page.locator("#face-state")).to_contain_text("正在处理")
    with served.wired.house.db.reading() as stores:
        (enrolment,) = stores.faces.enrolments_of(person_id, served.place.estate.id)
        assert len(stores.faces.samples(enrolment.id)) == 1


def test_opened_is_shown_once_the_gate_says_so(context: BrowserContext, page: Page, served: Served) -> None:
    alice(context, served)
    at, place = served.wired.clock.now(), served.place
    gate = Gate(new_id(), place.estate.id, "g", bytes(32), frozenset({place.gate.id}), 1, 0, 0, at, True, 0, at)
    with served.wired.house.db.transaction() as stores:
        stores.gates.add_gate(gate)
        stores.gates.seen(gate.id, at, streaming=True)
    page.goto(f"{served.url}/m/open")
    page.get_by_role("button", name="南门").click()
    expect(page.locator("#opening")).to_contain_text("正在开门")
    with served.wired.house.db.transaction() as stores:
        (event,) = stores.events.of_estate(place.estate.id, 0, 10)
        stores.events.set_opening(event.id, Opening.OPENED, at)
    expect(page.locator("#opening")).to_contain_text("门已开")


def test_everything_is_reached_by_the_keyboard(context: BrowserContext, page: Page, served: Served) -> None:
    """Register with Tab, arrows, typing and Enter alone; the focus is always to be seen."""
    newcomer(served.wired.house, served.place, "Dora")
    sign_in(context, served, "Dora")
    page.goto(f"{served.url}/m/register")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    for name in ("name", "household"):
        page.keyboard.press("Tab")
        expect(page.locator(f"#{name}")).to_be_focused()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        page.keyboard.press("Control+A")
        page.keyboard.type({"name": "朵拉", "household": "2-101"}[name])
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=family]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("input[name=of_age][value=yes]")).to_be_checked()
    page.locator("main form button").press("Enter")
    expect(page).to_have_url(re.compile(r"/m/consent/face(#|$)"))
    page.locator("button[value=no]").press("Enter")
    expect(page).to_have_url(re.compile(r"/m/pass(#|$)"))
    expect(page.locator("main")).to_contain_text("物业正在审核")


@pytest.mark.slow
@pytest.mark.parametrize("large", ["0", "1"])
def test_no_accessibility_fault_on_any_page(
    context: BrowserContext, page: Page, served: Served, large: str
) -> None:
    """axe-core, WCAG 2.2 A and AA: names, labels, languages, contrast; and nothing wider than the phone."""
    person_id = alice(context, served)
    agree(served.wired.house, served.place, person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    at = served.wired.clock.now()
    made = invite_visitor.invite(served.wired.house, person_id, Wish(served.place.estate.id, "老王", at, at + HOUR))
    context.add_cookies([{"name": "kaimen_large", "value": large, "url": served.url}])
    found = []
    for path in [*RESIDENT_PAGES, f"/m/visitors/{made.id}", f"/v/{made.secret}", "/v/nothing"]:
        page.goto(served.url + path)
        outcome = Axe().run(page, options={"runOnly": RULES}).response
        assert {"color-contrast", "html-has-lang"} <= {rule["id"] for rule in outcome["passes"]}
        for fault in outcome["violations"]:
            found.append((path, fault["id"], [node["html"][:120] for node in fault["nodes"]]))
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert not found


@pytest.mark.rule("L2")
def test_the_notice_is_read_aloud_by_the_phones_own_voice(page: Page, served: Served) -> None:
    page.add_init_script("window.speechSynthesis.speak = one => { window.said = [one.text, one.lang]; };")
    page.goto(served.url + "/m/notice")
    page.click("#read-aloud")
    text, language = page.evaluate("window.said")
    assert language == "zh-CN"
    assert text == page.text_content("#notice-zh")
    assert len(text) > 20
