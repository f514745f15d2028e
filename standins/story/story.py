"""The story of the README, step by step. Each act returns what was seen, or raises."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image

from app.demo.folder import DemoFolder, Ports
from standins.gate.client import GateOutcome, GateSimClient
from standins.story.phone import Phone
from standins.story.staff import StaffAtConsole
from standins.wechat.chat import Message
from standins.wechat.client import SimClient

Act = Callable[[], str]
Step = tuple[str, Act]

CARD = "04A1B2C3"
HOUSEHOLD = "1-301"
_LINK = re.compile(r"/v/[A-Za-z0-9_-]{20,}")
_SECONDS = 40.0
_LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Faces:
    """Pictures for the story: two of the resident, one of somebody else."""

    selfie: Path
    again: Path
    stranger: Path


class StoryError(Exception):
    """A step did not come out as told; the message says what was seen."""


class Story:
    """The cast: a resident (chat and phone), staff (console), a visitor (a link), a stranger, the gate."""

    def __init__(self, folder: DemoFolder, ports: Ports, faces: Faces) -> None:
        self.api = ports.url("api")
        self.wechat = SimClient(ports.url("wechat"))
        self.gate = GateSimClient(ports.url("gate"))
        self.staff = StaffAtConsole(self.api, folder.staff_file, "wuye")
        self.resident = str(self.wechat.people()[0]["id"])
        self.phone = Phone(self.wechat.browser(self.resident), self.api)
        self.guest = httpx.Client(base_url=self.api, timeout=20.0, trust_env=False)
        self.faces = faces
        self.code = b""
        self.held_up = b""
        self.link = ""
        self.heard = 0

    # -- the chat ------------------------------------------------------------------------------------

    def scan(self) -> str:
        scene = next(code["scene"] for code in self.wechat.qrcodes() if re.fullmatch(r"e\d+", code["scene"]))
        self._mark()
        self.wechat.scan(self.resident, scene=scene)
        return self._answer("桂园", "人脸")

    def say(self, text: str, *expected: str) -> Act:
        """Write `text`; the answer must hold every expected word."""

        def act() -> str:
            self._mark()
            self.wechat.send_text(self.resident, text)
            return self._answer(*expected)

        return act

    def send_picture(self, picture: bytes, later: str) -> Act:
        """Send a picture in the chat: answered at once, the result follows by customer-service message."""

        def act() -> str:
            self._mark()
            self.wechat.send_image(self.resident, picture)
            self._answer("收到")
            return self._answer(later)

        return act

    def told(self, *expected: str) -> str:
        """Wait for a message that the account sent by itself since the last thing written."""
        return self._answer(*expected)

    def _mark(self) -> None:
        self.heard = self.wechat.last_number(self.resident)

    def _answer(self, *expected: str) -> str:
        def holds(message: Message) -> bool:
            return message.sender == "account" and all(word in message.text for word in expected)

        found = self.wechat.wait_for(self.resident, holds, self.heard, _SECONDS)
        return found.text.strip().splitlines()[0][:100]

    # -- staff ---------------------------------------------------------------------------------------

    def approve(self) -> str:
        self.staff.sign_in()
        waiting = self.staff.links("/approvals", r'/console/approvals/([0-9a-f]{16})"')
        if len(waiting) != 1:
            raise StoryError(f"{len(waiting)} requests wait, not one")
        page = f"/approvals/{waiting[0]}"
        if HOUSEHOLD not in self.staff.get(page):
            raise StoryError("the request does not show its household")
        self.staff.post(f"{page}/approve", {}, page)
        return self.told("通过")

    def add_card(self) -> str:
        person = self.person()
        self.staff.post(f"/residents/{person}/cards", {"card": CARD}, f"/residents/{person}")
        return f"card …{CARD[-4:]} registered"

    def move_out(self) -> str:
        person = self.person()
        (page,) = self.staff.links(
            f"/residents/{person}", r"/console(/residents/[0-9a-f]{16}/stays/[0-9a-f]{16}/end)"
        )
        self._mark()
        self.staff.post(page, {"reason": "搬走了 moved out"})
        return self.told("搬走了")

    def person(self) -> str:
        """id of the first resident on the console's list."""
        return self.staff.links("/residents", r'/console/residents/([0-9a-f]{16})[?"]')[0]

    # -- passes --------------------------------------------------------------------------------------

    def open_pass(self) -> str:
        if "code" not in self.phone.get("/m/pass").text:
            raise StoryError("the page shows no pass")
        while (fresh := self.phone.get("/m/pass/code.png").content) == self.held_up:
            time.sleep(_LOOK)  # the page shows a new code every fifteen seconds
        self.code = self.held_up = fresh
        return f"a QR picture of {len(self.code):,} bytes"

    def invite(self, entries: int = 1) -> str:
        form = self.phone.get("/m/visitors/new").text
        begin = re.search(r'name="begin"[^>]*value="([^"]+)"', form)
        doors = re.findall(r'name="doors"[^>]*value="([0-9a-f]{16})"', form)
        if begin is None or not doors:
            raise StoryError("the form offers no time or no doors")
        answers: dict[str, str | list[str]] = {
            "name": "老王", "begin": begin[1], "hours": "4", "entries": str(entries), "doors": doors,
        }  # fmt: skip
        made = self.phone.send("/m/visitors/new", answers).text
        link = _LINK.search(made)
        if link is None:
            raise StoryError("no link to share")
        self.link = link[0]
        return f"a link to share, entries: {entries}"

    def visitor_page(self) -> str:
        page = self.guest.get(self.link)
        if page.status_code != httpx.codes.OK:
            raise StoryError(f"the visitor's page answered {page.status_code}")
        self.code = self.guest.get(f"{self.link}/code.png").content
        return "the visitor sees the pass without any account"

    def used_page(self) -> str:
        if "用过" not in self.guest.get(self.link).text:
            raise StoryError("the visitor's page does not say that the pass is used")
        return "the visitor's page says so too"

    def withdraw(self) -> str:
        done = self.phone.send("/m/selfie/withdraw", {})
        if "erasures" not in str(done.url):
            raise StoryError(f"withdrawing led to {done.url.path}")
        return self.told("人脸", "删除")

    # -- the gate ------------------------------------------------------------------------------------

    def shows_code(self, *, granted: bool, reason: str | None = None) -> Act:
        return lambda: self._outcome(self.gate.present_code_picture(self.code), granted, reason)

    def shows_card(self, *, granted: bool, reason: str | None = None, number: str = CARD) -> Act:
        return lambda: self._outcome(self.gate.present_card(number), granted, reason)

    def recognised(self, granted: bool) -> Act:
        """The resident looks at the camera."""
        return lambda: self._looks(self.faces.again, granted)

    def stranger(self) -> str:
        """Somebody else looks at the camera."""
        return self._looks(self.faces.stranger, False)

    def _looks(self, picture: Path, granted: bool) -> str:
        seen = self.gate.present_face([picture.read_bytes()])
        return self._outcome(seen, granted, None if granted else "face_unknown")

    def waits(self) -> str:
        self.gate.wait_ready(60)
        return "linked, clock trusted, lists held"

    @staticmethod
    def _outcome(seen: GateOutcome, granted: bool, reason: str | None) -> str:
        opened = seen.granted and seen.relay_fired
        if opened != granted or (reason is not None and seen.reason != reason):
            raise StoryError(
                f"granted={seen.granted} relay={seen.relay_fired} reason={seen.reason}: {seen.words_en}"
            )
        verdict = "the door opens" if granted else f"stays shut ({seen.reason}): {seen.words_zh}"
        return f"{verdict} [{seen.ms:.0f} ms]"


def steps(folder: DemoFolder, ports: Ports, faces: Faces) -> list[Step]:
    """Every step in order: (what happens, the act)."""
    story = Story(folder, ports, faces)
    return [*_enrol(story), *_enter(story), *_leave(story)]


def _enrol(story: Story) -> list[Step]:
    return [
        ("the gate connects", story.waits),
        ("a resident scans the estate's QR code and is greeted", story.scan),
        ("writes the household", story.say(HOUSEHOLD, "1")),
        ("writes a role that does not exist and is helped", story.say("国王", "业主")),
        ("is an owner", story.say("业主", "姓名")),
        ("gives a name", story.say("陈小明", "陈小明")),
        ("confirms", story.say("1", "告知书")),
        ("agrees to the notice", story.say("1", HOUSEHOLD)),
        ("chooses face as well", story.say("3", "14")),
        ("is fourteen or older", story.say("1", "第一项")),
        ("agrees that the face is used", story.say("1", "第二项")),
        ("agrees that it is kept and compared on the server", story.say("1", "自拍")),
        ("sends a picture without a face, and hears what to do", story.send_picture(_wall(), "没有看到脸")),
        ("sends a selfie", story.send_picture(story.faces.selfie.read_bytes(), "可以")),
        ("before approval the pass is not there, and the face opens nothing",
         story.recognised(False)),
        ("staff approve; the resident is told", story.approve),
        ("staff register an ordinary card", story.add_card),
    ]  # fmt: skip


def _enter(story: Story) -> list[Step]:
    return [
        ("the resident opens the QR door pass", story.open_pass),
        ("holds it up at the gate", story.shows_code(granted=True)),
        ("the same picture again is refused", story.shows_code(granted=False, reason="repeated")),
        ("holds the card to the reader", story.shows_card(granted=True)),
        ("a card nobody knows", story.shows_card(granted=False, reason="unknown", number="0BADCAFE")),
        (
            "looks at the camera: another picture of the same face",
            story.recognised(True),
        ),
        (
            "a stranger looks at the camera",
            story.stranger,
        ),
        ("the resident invites a visitor", story.invite),
        ("the visitor opens the link", story.visitor_page),
        ("shows the pass at the gate", story.shows_code(granted=True)),
        ("shows it a second time", story.shows_code(granted=False, reason="used")),
        ("looks at the link again", story.used_page),
    ]


def _leave(story: Story) -> list[Step]:
    return [
        ("the resident withdraws the face; every holder erases; the certificate follows", story.withdraw),
        (
            "the face is refused from then on",
            story.recognised(False),
        ),
        ("the card still works", story.shows_card(granted=True)),
        ("the pass still works: it is opened anew", story.open_pass),
        ("and held up", story.shows_code(granted=True)),
        ("staff record that the resident has moved out", story.move_out),
        ("the card is refused", story.shows_card(granted=False, reason="revoked")),
        ("the pass is refused", story.shows_code(granted=False)),
    ]


def _wall() -> bytes:
    """A picture with nobody in it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((480, 640)).convert("RGB").save(out, "JPEG")
    return out.getvalue()
