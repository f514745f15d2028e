"""The stand-in's page in a real browser: a card tapped, a denial read, the network pulled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from access.domain.reasons import WORDS, Reason
from standins.gate.client import GateSimClient
from tests.hardware.agent.server_simulator import ServerSimulator

pytestmark = pytest.mark.browser


@pytest.fixture
def page(sim_gate: GateSimClient) -> Iterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.goto(sim_gate.url)
        opened.wait_for_selector("#tabs button")
        yield opened
        browser.close()


def test_what_a_person_does_at_the_page(page: Page, sim_gate: GateSimClient, simulator: ServerSimulator) -> None:
    complaints: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.reload()
    page.wait_for_selector("#tabs button")
    page.fill("#card", "04A1B2C3")
    page.press("#card", "Enter")
    page.wait_for_selector('#terminal[data-phase="granted"], #terminal[data-phase="open"]')
    simulator.decide = lambda _: Reason.USED
    page.fill("#text", "G1:ABC")
    page.press("#text", "Enter")
    page.wait_for_selector('#terminal[data-phase="denied"]')
    assert page.text_content("#words-zh") == WORDS[Reason.USED].zh
    assert page.text_content("#words-en") == WORDS[Reason.USED].en
    page.click("#network")
    page.wait_for_selector("#lamp-link.off")
    page.click("#network")
    page.wait_for_selector("#lamp-link.on")
    assert complaints == []
    assert hosts == {"127.0.0.1"}


def test_the_page_lets_nothing_in_from_elsewhere(sim_gate: GateSimClient) -> None:
    answer = sim_gate.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for stranger in ({"Origin": "https://ads.example"}, {"Host": "gate.example"}):
        assert sim_gate.get("/sim/state", stranger).status_code == 403
