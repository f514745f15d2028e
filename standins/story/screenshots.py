"""``make screenshots``: the README's pictures, taken from the running demo in headless Chromium.

The resident of this story chooses the QR pass and the card, so nobody's face is in any picture.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.bootstrap import ROOT
from app.demo.folder import DemoFolder, Ports
from standins.story.play import demo_faces, free_ports, running
from standins.story.story import HOUSEHOLD, Story

OUT = ROOT / "docs" / "screenshots"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_PHONE = {"width": 390, "height": 844}
_DESK = {"width": 1280, "height": 860}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless. Raises click.ClickException where it is not installed."""
    path = shutil.which("chromium")
    if path is None:
        raise click.ClickException("Chromium is not installed: run `make system`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


class Camera:
    """Takes pictures of pages as the cast of the story sees them."""

    def __init__(self, browser: Browser, story: Story, ports: Ports, out: Path) -> None:
        self._story = story
        self._ports = ports
        self._out = out
        self._phone = browser.new_context(viewport=_PHONE, device_scale_factor=2, locale="zh-CN")  # type: ignore[arg-type]
        self._desk = browser.new_context(viewport=_DESK, locale="zh-CN")  # type: ignore[arg-type]

    def shoot(self, page: Page, name: str, *, full: bool = False) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(self._out / f"{name}.png"), full_page=full)
        click.echo(f"  {name}.png")

    def chat(self) -> None:
        """The chat simulator. It listens for messages all the time, so it never falls idle."""
        page = self._desk.new_page()
        page.goto(self._ports.url("wechat") + "/", wait_until="domcontentloaded")
        page.get_by_text("已提交").last.wait_for()
        page.screenshot(path=str(self._out / "chat.png"))
        click.echo("  chat.png")

    def phone(self, path: str, name: str, *, full: bool = False) -> None:
        page = self._as_resident(self._phone).new_page()
        page.goto(self._ports.url("api") + path)
        self.shoot(page, name, full=full)

    def visitor(self) -> None:
        page = self._phone.new_page()
        page.goto(self._ports.url("api") + self._story.link)
        self.shoot(page, "visitor")

    def gate(self, name: str) -> None:
        page = self._desk.new_page()
        page.goto(self._ports.url("gate") + "/", wait_until="domcontentloaded")
        page.wait_for_timeout(1_200)
        page.screenshot(path=str(self._out / f"{name}.png"))
        click.echo(f"  {name}.png")

    def console(self, path: str, name: str) -> None:
        """The console with the session of the staff member who signed in for the story."""
        for cookie in self._story.staff.cookies():
            self._desk.add_cookies([{"name": cookie[0], "value": cookie[1], "url": self._ports.url("api")}])
        page = self._desk.new_page()
        page.goto(f"{self._ports.url('api')}/console{path}")
        self.shoot(page, name)

    def _as_resident(self, context: BrowserContext) -> BrowserContext:
        page = context.new_page()
        page.goto(f"{self._ports.url('wechat')}/sim/open/{self._story.resident}?url={self._ports.url('api')}/m/")
        page.close()
        return context


def take(models: Path, out: Path) -> None:
    """Play as far as each picture needs, and take it."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kaimen-") as name:
        folder, ports = DemoFolder(Path(name)), Ports.from_env(free_ports())
        with running(folder, ports, models), chromium() as browser:
            story = Story(folder, ports, demo_faces(models))
            _register(story)
            camera = Camera(browser, story, ports, out)
            camera.chat()
            story.staff.sign_in()
            camera.console("/approvals", "approvals")
            story.approve()
            story.add_card()
            camera.console("/residents/" + story.person(), "resident")
            camera.phone("/m/pass", "pass")
            story.open_pass()
            story.shows_code(granted=True)()
            camera.gate("gate")
            story.invite()
            story.visitor_page()
            camera.visitor()
            camera.phone("/m/", "home")
            camera.phone("/m/consent/face", "consent")
            camera.phone("/m/data", "data", full=True)


def _register(story: Story) -> None:
    for text, expected in (
        (HOUSEHOLD, "1"),
        ("业主", "姓名"),
        ("陈小明", "陈小明"),
        ("1", "告知书"),
        ("1", HOUSEHOLD),
    ):
        if text == HOUSEHOLD:
            story.scan()
        story.say(text, expected)()
    story.say("1", "通行码")()


@click.command()
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"))
@click.option("--out", type=click.Path(path_type=Path), default=OUT)
def main(models: Path, out: Path) -> None:
    """Take the README's pictures."""
    take(models, out)


if __name__ == "__main__":
    main()
