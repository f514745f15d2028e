"""Temporary pictures: sent by people, or uploaded by the account. Kept three days."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from standins.wechat.refusals import RefusedError

LIFE_SECONDS = 3 * 86_400
LIMIT_BYTES = 10 * 1024 * 1024
_SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    content_type: str
    until: float


class Media:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._pictures: dict[str, Picture] = {}

    def put(self, content: bytes) -> str:
        """Keep any bytes, as a person may send any; the media id."""
        if not 1 <= len(content) <= LIMIT_BYTES:
            raise RefusedError(45002, "media size")
        media_id = secrets.token_urlsafe(48)
        kind = next((name for start, name in _SIGNATURES.items() if content.startswith(start)), None)
        picture = Picture(content, kind or "application/octet-stream", self._now() + LIFE_SECONDS)
        with self._lock:
            self._pictures[media_id] = picture
        return media_id

    def get(self, media_id: str) -> Picture:
        """Raises RefusedError 40007 for an unknown or expired id."""
        with self._lock:
            picture = self._pictures.get(media_id)
        if picture is None or picture.until <= self._now():
            raise RefusedError(40007)
        return picture
