"""WeChat's limits on what is sent, checked before sending. Raises `ExternalSystemError` ``wechat.field``."""

from __future__ import annotations

import re

from adapters.wechat.errors import refused_field

TEXT_LIMIT = 600
REVIEWED_TEXT_LIMIT = 2500
STATE_LIMIT_BYTES = 128
QR_SCENE_LIMIT = 64
QR_SECONDS = range(60, 2_592_001)
_MINI_SCENE = re.compile(r"[A-Za-z0-9!#$&'()*+,/:;=?@._~-]{1,32}")


def check_text(text: str) -> None:
    if not 1 <= len(text) <= TEXT_LIMIT:
        raise refused_field(f"a message has 1 to {TEXT_LIMIT} characters")


def check_reviewed_text(text: str) -> None:
    if not 1 <= len(text) <= REVIEWED_TEXT_LIMIT:
        raise refused_field(f"a reviewed text has 1 to {REVIEWED_TEXT_LIMIT} characters")


def check_state(state: str) -> None:
    if len(state.encode()) > STATE_LIMIT_BYTES:
        raise refused_field(f"an OAuth state has at most {STATE_LIMIT_BYTES} bytes")


def check_qr_scene(scene: str, seconds: int | None) -> None:
    if not 1 <= len(scene) <= QR_SCENE_LIMIT:
        raise refused_field(f"a QR scene has 1 to {QR_SCENE_LIMIT} characters")
    if seconds is not None and seconds not in QR_SECONDS:
        raise refused_field("a QR lives 60 to 2,592,000 seconds")


def check_mini_code(scene: str, page: str) -> None:
    if not _MINI_SCENE.fullmatch(scene):
        raise refused_field("a mini-program scene has 1 to 32 of WeChat's characters")
    if page.startswith("/"):
        raise refused_field("a page is named without a leading slash")
