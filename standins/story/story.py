"""The story of the README, step by step. Each act returns what was seen, or raises StoryError."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx

from app.demo.folder import DemoFolder, Ports
from standins.story.play import StoryError
from standins.story.staff import StaffAtConsole
from standins.gate.client import GateOutcome, GateSimClient
from standins.wechat.client import SimClient

Step = tuple[str, Callable[[], str]]
_CARD = "04A1B2C3"


class Story:
    """The cast: a resident (chat, phone), staff (console), a visitor (a link), a stranger, the gate."""

    def __init__(self, folder: DemoFolder, ports: Ports, pictures: Path) -> None:
        self.api = ports.url("api")
        self.wechat = SimClient(ports.url("wechat"))
        self.gate = GateSimClient(ports.url("gate"))
        self.staff = StaffAtConsole(self.api, folder.staff_file, "wuye")
        self.pictures = pictures
        self.resident = str(self.wechat.people()[0]["id"])
        self.phone = self.wechat.browser(self.resident)
        self.person_id = ""
        self.used_code = b""
        self.invitation = ""

    # -- the chat ------------------------------------------------------------------------------------

    def scan(self) -> str:
        before = self.wechat.last_number(self.resident)
        scene = next(code["scene"] for code in self.wechat.qrcodes() if re.fullmatch(r"e\d+", code["scene"]))
        self.wechat.scan(self.resident, scene=scene)
        return self._heard(before, "人脸", "桂园")

    def say(self, text: str, *expected: str) -> Callable[[], str]:
        """Write `text` in the chat; the answer must hold every expected word."""

        def act() -> str:
            before = self.wechat.last_number(self.resident)
            self.wechat.send_text(self.resident, text)
            return self._heard(before, *expected)

        return act

    def selfie(self) -> str:
        before = self.wechat.last_number(self.resident)
        self.wechat.send_image(self.resident, (self.pictures / "obama.jpg").read_bytes())
        first = self._heard(before, "收到")
        self.wechat.wait_for(self.resident, lambda m: "人脸" in m.text and "收到" not in m.text, before, 30)
        return first

    def _heard(self, since: int, *expected: str) -> str:
        def holds(message: object) -> bool:
            text = getattr(message, "text", "")
            return not getattr(message, "mine", False) and all(word in text for word in expected)

        found = self.wechat.wait_for(self.resident, holds, since, 20)
        return found.text.strip().splitlines()[0][:90]
