"""Parametric QR codes of the official account, and pictures of QR codes."""

from __future__ import annotations

import io
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass

import qrcode
import zxingcpp
from PIL import Image, UnidentifiedImageError
from qrcode.image.pil import PilImage

from standins.wechat.refusals import RefusedError

_LONGEST = 2_592_000
_SCENE_LIMIT = 64
_LIMIT_SCENE_IDS = range(1, 100_001)


@dataclass(frozen=True, slots=True)
class SceneCode:
    """A created code.

    Attributes:
        ticket: names it to `showqrcode`.
        url: what the picture holds.
        scene: what the event carries.
        expires_at: Unix seconds; 0 for a permanent one.
    """

    ticket: str
    url: str
    scene: str
    expires_at: int

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


class Scenes:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._codes: dict[str, SceneCode] = {}

    def create(self, request: dict[str, object]) -> SceneCode:
        """From the body of `qrcode/create`. Raises RefusedError 40035 or 47001."""
        action, scene = request.get("action_name"), _scene_of(request)
        permanent = action in {"QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"}
        seconds = request.get("expire_seconds", 60)
        if not permanent and (not isinstance(seconds, int) or not 1 <= seconds <= _LONGEST):
            raise RefusedError(40035, "expire_seconds")
        until = 0 if permanent else int(self._now()) + int(str(seconds))
        with self._lock:
            same = next((one for one in self._codes.values() if (one.scene, one.expires_at) == (scene, 0)), None)
            if permanent and same is not None:
                return same
            code = SceneCode(
                "g" + secrets.token_urlsafe(60),
                f"http://weixin.qq.com/q/{secrets.token_urlsafe(12)}",
                scene,
                until,
            )
            self._codes[code.ticket] = code
            return code

    def put(self, code: SceneCode) -> None:
        with self._lock:
            self._codes[code.ticket] = code

    def all(self) -> list[SceneCode]:
        with self._lock:
            return list(self._codes.values())

    def live(self, **wanted: str) -> SceneCode | None:
        """The newest live code whose fields (`ticket`, `url`, `scene`) are as wanted."""
        for code in reversed(self.all()):
            fresh = not code.expires_at or code.expires_at > self._now()
            if fresh and all(getattr(code, name) == value for name, value in wanted.items()):
                return code
        return None


def draw_qr(text: str) -> bytes:
    """PNG."""
    out = io.BytesIO()
    qrcode.make(text, image_factory=PilImage, box_size=10, border=4).save(out)
    return out.getvalue()


def read_qr(picture: bytes) -> str | None:
    """The text of the first QR code in a picture, None where there is none or it is no picture."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            found = zxingcpp.read_barcodes(image.convert("L"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    codes = [one.text for one in found if one.format == zxingcpp.BarcodeFormat.QRCode]
    return codes[0] if codes else None


def _scene_of(request: dict[str, object]) -> str:
    action = request.get("action_name")
    info = request.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise RefusedError(47001, "action_info.scene")
    if action in {"QR_STR_SCENE", "QR_LIMIT_STR_SCENE"}:
        text = scene.get("scene_str")
        if isinstance(text, str) and 1 <= len(text) <= _SCENE_LIMIT:
            return text
    elif action in {"QR_SCENE", "QR_LIMIT_SCENE"}:
        number = scene.get("scene_id")
        if isinstance(number, int) and (action == "QR_SCENE" or number in _LIMIT_SCENE_IDS) and number > 0:
            return str(number)
    raise RefusedError(40035, "scene")
