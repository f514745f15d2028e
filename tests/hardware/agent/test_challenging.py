"""A door that asks for a movement: the gate asks, shows the words, films, and sends the film with its id."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect, sync_playwright

from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from hardware import wire
from hardware.agent.challenging import FRAMES, Film, film
from hardware.wire_challenge import ChallengeAnswer
from standins.gate.client import GateSimClient, GateSimError
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import Decide, ServerSimulator

WORDS = {"zh": "请慢慢向左转头", "en": "Please turn your head slowly to your left"}
JPEG = b"\xff\xd8"


@pytest.fixture
def simulator(simulator: ServerSimulator) -> ServerSimulator:
    """Its first access point asks for a movement; a face without one is refused."""
    first, *others = simulator.books.access_points
    simulator.books.access_points = [msgspec.structs.replace(first, challenge="either"), *others]
    simulator.movement = ChallengeAnswer(new_id(), "turn_left", WORDS, 30)
    simulator.decide = _opens_to_the_answer(simulator)
    return simulator


def _opens_to_the_answer(simulator: ServerSimulator) -> Decide:
    def decide(shown: wire.Presentation) -> Reason | None:
        assert simulator.movement is not None
        answers = shown.challenge == simulator.movement.id and len(shown.frames) > wire.MAX_FRAMES
        return None if answers else Reason.FACE_CHALLENGE

    return decide


def test_the_words_stand_on_the_screen_and_the_film_opens(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        asked = gate.agent.ask_movement(gate.point)
        assert asked == simulator.movement
        assert gate.terminal.screen.display.words.zh == WORDS["zh"]
        outcome = gate.agent.present(gate.point, Method.FACE, frames=Film([JPEG] * 8, asked.id))
        assert (outcome.granted, outcome.fired) == (True, True)
        refused = gate.agent.present(gate.point, Method.FACE, frames=[JPEG])
        assert refused.reason is Reason.FACE_CHALLENGE
    assert [one.challenge for one in simulator.books.presented] == [asked.id, ""]


def test_a_door_that_asks_for_nothing_is_not_asked_about(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        other = next(key for key in gate.agent.doors if key != gate.point)
        assert gate.agent.ask_movement(other) is None


def test_a_server_that_does_not_know_the_question_leaves_the_door_to_its_answer(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    simulator.movement = None
    with Gate(simulator, tmp_path) as gate:
        assert gate.agent.ask_movement(gate.point) is None


@dataclass
class FilmCamera:
    """Gives as many pictures as it is asked for."""

    asked: int = 0

    def on_code(self, listener: object) -> None: ...
    def on_face(self, listener: object) -> None: ...
    def film(self, count: int, every_seconds: float) -> Sequence[bytes]:
        self.asked = count
        return [JPEG] * count


def test_the_camera_films_what_was_asked_for_and_nothing_else() -> None:
    camera, asked = FilmCamera(), ChallengeAnswer(new_id(), "blink", WORDS, 30)
    assert film(camera, [b"seen"], None) == [b"seen"]
    assert film(None, [b"seen"], asked) == [b"seen"]
    answer = film(camera, [b"older", b"seen"], asked)
    assert isinstance(answer, Film)
    assert (list(answer), answer.challenge) == ([b"seen", *[JPEG] * FRAMES], asked.id)
    assert len(answer) <= wire.MAX_FILM


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1000, 800), "grey").save(out, "JPEG")
    return out.getvalue()


def test_a_film_is_presented_at_the_stand_in(sim_gate: GateSimClient, simulator: ServerSimulator) -> None:
    asked = sim_gate.ask_movement()
    assert (asked["movement"], asked["zh"], asked["seconds"]) == ("turn_left", WORDS["zh"], 30)
    outcome = sim_gate.present_film([picture()] * 8, asked["id"])
    assert outcome.relay_fired
    sent = simulator.books.presented[-1]
    assert (sent.challenge, len(sent.frames)) == (asked["id"], 8)
    assert max(Image.open(io.BytesIO(wire.unpack(sent.frames[0]))).size) <= 640
    assert sim_gate.present_face([picture()]).reason == "face_challenge"
    with pytest.raises(GateSimError, match=r"gate\.field"):
        sim_gate.present_film([picture()], "' OR 1=1 --")


@pytest.fixture
def page(sim_gate: GateSimClient) -> Iterator[Page]:
    """The stand-in's page in a browser with a camera that shows its test picture."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        opened.goto(sim_gate.url)
        opened.wait_for_selector("#tabs button")
        yield opened
        browser.close()


@pytest.mark.browser
def test_the_page_asks_and_takes_files_in_order_or_films(page: Page, simulator: ServerSimulator) -> None:
    files = [FilePayload(name=f"{n}.jpg", mimeType="image/jpeg", buffer=picture()) for n in range(7)]
    page.set_input_files("#file-face", files[:1])
    expect(page.locator("#ask")).to_contain_text("4–12")
    assert not simulator.books.presented
    page.set_input_files("#file-face", files)
    simulator.wait(lambda: len(simulator.books.presented) == 1)
    page.click("#camera")
    page.click("#shoot-face")
    expect(page.locator("#words-zh")).to_contain_text(WORDS["zh"])
    simulator.wait(lambda: len(simulator.books.presented) == 2)
    assert [len(one.frames) for one in simulator.books.presented] == [7, 10]
    assert all(one.challenge for one in simulator.books.presented)
