"""The slot for an operator's own, certified attack detection: a service on this host, or a Python entry.

`KAIMEN_FACE_ATTACK_ENGINE` names it: ``unix:/run/vendor.sock``, ``http://127.0.0.1:9000/live``, ``https://…``, or
``python:package.module:factory``. It takes the place of the shipped network; the policies stay. Whatever it does
wrong is an error of the face process, so nobody is let in while it is away. How to write one:
docs/biometrics/attacks.md.
"""

from __future__ import annotations

import importlib
import math
from urllib.parse import urlsplit

import cv2
import httpx

from access.domain.errors import ExternalSystemError
from biometrics.attack import AttackDetector
from biometrics.detect import FoundFace
from biometrics.picture import Rgb

TIMEOUT_SECONDS = 3.0
_QUALITY = 95
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class AttackEngineError(ValueError):
    """The setting names no engine; the message says what is wrong with it."""


def open_engine(address: str) -> AttackDetector:
    """The engine of an address.

    Raises:
        AttackEngineError: another form; http to another host; a Python entry that is not there or makes no engine.
    """
    if address.startswith("python:"):
        return Checked(_entry(address.removeprefix("python:")))
    if address.startswith("unix:"):
        transport = httpx.HTTPTransport(uds=address.removeprefix("unix:"))
        return Checked(HttpEngine(httpx.Client(transport=transport, timeout=TIMEOUT_SECONDS), "http://face/"))
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise AttackEngineError("faces never travel in the clear: use unix:, https:// or http:// on this host")
    if parts.scheme not in {"http", "https"}:
        raise AttackEngineError("use unix:/path, https://…, http://127.0.0.1:…, or python:module:factory")
    return Checked(HttpEngine(httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False), address))


class HttpEngine:
    """POST of a JPEG with the face's box; ``{"live": 0…1}``, or null where the picture cannot be judged."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client = client
        self._url = url

    def live_score(self, image: Rgb, face: FoundFace) -> float | None:
        """See `biometrics.attack.AttackDetector`."""
        coded, jpeg = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if not coded:
            raise _failed()
        box = ",".join(str(round(float(edge))) for edge in face.box)
        answer = self._client.post(
            self._url, params={"box": box}, content=jpeg.tobytes(), headers={"Content-Type": "image/jpeg"}
        )
        answer.raise_for_status()
        live: float | None = answer.json()["live"]
        return live


class Checked:
    """An engine whose answers are looked at: anything but a score or None is a failure, and so is an exception."""

    def __init__(self, engine: AttackDetector) -> None:
        self._engine = engine

    def live_score(self, image: Rgb, face: FoundFace) -> float | None:
        """See `biometrics.attack.AttackDetector`.

        Raises:
            ExternalSystemError: ``face.attack_engine``.
        """
        try:
            live = self._engine.live_score(image, face)
        except Exception as error:  # whatever an operator's code raises
            raise _failed() from error
        if live is None:
            return None
        if isinstance(live, bool) or not isinstance(live, int | float) or not 0 <= live <= 1 or math.isnan(live):
            raise _failed()
        return float(live)


def _entry(name: str) -> AttackDetector:
    module, _, factory = name.partition(":")
    try:
        engine = getattr(importlib.import_module(module), factory)()
    except Exception as error:  # an operator's module may fail in any way
        raise AttackEngineError(f"python:{name} cannot be loaded ({type(error).__name__})") from error
    if not callable(getattr(engine, "live_score", None)):
        raise AttackEngineError(f"python:{name} makes no engine: it has no live_score")
    made: AttackDetector = engine
    return made


def _failed() -> ExternalSystemError:
    return ExternalSystemError("face.attack_engine", "the operator's attack detection failed")
