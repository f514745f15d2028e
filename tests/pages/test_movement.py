"""The movement before the camera: its pages over HTTP, and a real browser that films a real head."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect, sync_playwright

from access.domain.challenges import ASKING, ENROL_LIFE, ChallengeRule, Movement
from access.domain.consent import Channel, Purpose
from access.domain.enrolment import EnrolmentStatus
from access.domain.people import App
from access.services import challenges, enrol, outbox, phone_sign_in, register
from access.services.gallery import ConsentingGallery
from adapters.face.in_process import build_engine
from adapters.face.options import FaceOptions
from biometrics.attack import AttackPolicy
from pages.phones import COOKIE
from tests.biometrics.faces import models_dir, turning_people
from tests.estate import Place, TestHouse, agree, resident
from tests.fakes import film
from tests.pages.conftest import Browser, Served

CHROMIUM = Path("/usr/bin/chromium")
SIZE = (640, 480)
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


def ask_on(wired: TestHouse, place: Place, rule: ChallengeRule = ChallengeRule.TURN) -> None:
    challenges.set_rule(wired.house, place.operations.staff, Channel.PAGE, rule)


def alice_of(wired: TestHouse) -> str:
    found = register.find_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-of-Alice")
    assert found is not None
    return found


@pytest.fixture
def agreed(wired: TestHouse, place: Place, alice: Browser) -> str:
    """Alice agreed, and the page asks for a turn; her person id."""
    ask_on(wired, place)
    person_id = alice_of(wired)
    agree(wired.house, place, person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    return person_id


def send(alice: Browser, frames: list[bytes], challenge: str) -> tuple[int, dict[str, str]]:
    files = [(io.BytesIO(frame), f"{n}.jpg") for n, frame in enumerate(frames)]
    answer = alice.post("/m/selfie/film.json", "/m/selfie", {"challenge": challenge, "frame": files})
    return answer.status_code, answer.get_json()


def asked(alice: Browser) -> dict[str, str]:
    answer = alice.post("/m/selfie/challenge.json", "/m/selfie")
    assert answer.status_code == 200
    told: dict[str, str] = answer.get_json()
    return told


def test_asked_filmed_and_taken_once(alice: Browser, agreed: str) -> None:
    told = asked(alice)
    movement = Movement(told["movement"])
    assert told["zh"] == ASKING[movement].zh
    frames = film("alice", movement)
    assert send(alice, frames, told["id"]) == (202, {"latest": "pending"})


def test_a_film_late_or_sent_again_says_what_to_do(wired: TestHouse, alice: Browser, agreed: str) -> None:
    told = asked(alice)
    wired.clock.advance(ENROL_LIFE)
    status, words = send(alice, film("alice", Movement(told["movement"])), told["id"])
    assert (status, words["code"]) == (409, "challenge.spent")
    assert "重新开始" in words["zh"]


@pytest.mark.parametrize(
    ("frames", "challenge", "code"),
    [
        ([], None, "challenge.frames"),
        ([b"no picture"] * 4, None, "sample.picture"),
        ([b"x" * (513 * 1024)] * 4, None, "challenge.size"),
        (film("alice", Movement.BLINK), "' OR 1=1 --", "challenge.spent"),
        (film("alice", Movement.BLINK), "", "challenge.spent"),
    ],
)
def test_what_is_no_answer(
    alice: Browser, agreed: str, frames: list[bytes], challenge: str | None, code: str
) -> None:
    told = asked(alice)
    status, words = send(alice, frames, told["id"] if challenge is None else challenge)
    assert (status in {400, 409}, words["code"]) == (True, code)


def test_the_page_has_a_way_for_who_cannot_and_needs_no_script(alice: Browser, agreed: str) -> None:
    page = alice.get("/m/selfie")
    assert "做不了这个动作，或没有镜头？" in page
    assert 'name="picture"' in page
    sent = alice.post(
        "/m/selfie", "/m/selfie", {"picture": (io.BytesIO(film("alice", Movement.BLINK)[0]), "a.jpg")}
    )
    assert sent.status_code == 302
    assert json.loads(alice.get("/m/selfie/state.json"))["latest"] == "pending"


def test_where_nothing_is_asked_the_page_asks_nothing(
    wired: TestHouse, place: Place, alice: Browser, agreed: str
) -> None:
    ask_on(wired, place, ChallengeRule.NONE)
    assert "movement.js" not in alice.get("/m/selfie")
    refused = alice.post("/m/selfie/challenge.json", "/m/selfie")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "challenge.off")


# -- in a real browser -----------------------------------------------------------------------------------


def y4m(path: Path, pictures: list[np.ndarray]) -> Path:
    """A film that Chromium plays as its camera: each picture for a second, over and over."""
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F5:1 Ip A1:1 C420mpeg2\n".encode())
        for picture in pictures:
            planes = cv2.cvtColor(cv2.resize(picture, SIZE), cv2.COLOR_BGR2YUV_I420).tobytes()
            out.writelines(b"FRAME\n" + planes for _ in range(5))
    return path


def framed(raw: bytes) -> np.ndarray:
    """A picture of a face as a camera would see it: 4 to 3, the face in the middle."""
    image = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR)
    side = image.shape[0] // 6
    return np.asarray(cv2.copyMakeBorder(image, 0, 0, side, side, cv2.BORDER_REPLICATE))


@contextmanager
def phone(served: Served, camera: Path | None) -> Iterator[Page]:
    """A signed-in browser whose camera plays a film; with none, its test picture."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    flags += [f"--use-file-for-fake-video-capture={camera}"] if camera else []
    person_id = resident(served.wired.house, served.place, "Alice", "1-101")
    agree(served.wired.house, served.place, person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    ask_on(served.wired, served.place)
    code = served.wired.wechat.oauth_code("code-Alice", "openid-of-Alice")
    token = phone_sign_in.sign_in_page(served.wired.house, code, "10.0.0.1").token
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        context.add_cookies([{"name": COOKIE, "value": token, "url": f"{served.url}/m/"}])
        context.grant_permissions(["camera"], origin=served.url)
        page = context.new_page()
        page.goto(f"{served.url}/m/selfie")
        yield page
        browser.close()


@pytest.mark.browser
def test_the_browser_asks_films_and_sends(served: Served) -> None:
    with phone(served, None) as page:
        expect(page.locator("#otherwise")).not_to_have_attribute("open", "")
        assert not Axe().run(page, options=AXE).response["violations"]
        page.locator("#begin").click()
        expect(page.locator("#prompt")).to_contain_text("请正对镜头")
        expect(page.locator("#prompt")).to_contain_text("转头")
        expect(page.locator("#face-state")).to_contain_text("正在处理", timeout=30_000)
    with served.wired.house.db.reading() as stores:
        (made,) = stores.faces.enrolments_of(alice_of(served.wired), served.place.estate.id)
        assert made.movement in {Movement.TURN_LEFT, Movement.TURN_RIGHT}
        assert len(stores.faces.samples(made.id)) == 12


@pytest.mark.browser
@pytest.mark.parametrize("turns", [True, False], ids=["a head that turns", "a still picture"])
def test_a_head_that_turns_is_enrolled_and_a_still_picture_is_not(
    served: Served, tmp_path: Path, turns: bool
) -> None:
    straight, turned = (framed(raw) for raw in turning_people()[:2])
    shown = [straight, turned, straight, turned[:, ::-1]] if turns else [straight]
    gallery = ConsentingGallery(served.wired.house.db, served.wired.clock, served.wired.house.keyring)
    engine = build_engine(
        gallery, models_dir(), FaceOptions(enrolment_attack=AttackPolicy(0.0), protect_memory=False)
    )
    house = replace(served.wired.house, faces=engine)
    try:
        with phone(served, y4m(tmp_path / "camera.y4m", shown)) as page:
            page.locator("#begin").click()
            expect(page.locator("#face-state")).to_contain_text("正在处理", timeout=30_000)
            while outbox.run_once(house):
                pass
            expected = "已登记，可以刷脸进门" if turns else "没有看到转头"
            expect(page.locator("#face-state")).to_contain_text(expected, timeout=30_000)
            expect(page.locator("#begin")).to_be_visible(visible=not turns)
    finally:
        engine.close()
    latest = enrol.status(house, alice_of(served.wired), served.place.estate.id).latest
    assert latest is (EnrolmentStatus.DONE if turns else EnrolmentStatus.REJECTED)
