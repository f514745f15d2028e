"""An operator's attack detection over HTTP, over a socket and as a Python entry: one contract, failing shut."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
import pytest

from access.domain.errors import ExternalSystemError
from adapters.face.attack_engine import AttackEngineError, open_engine
from biometrics.attack import AttackDetector
from biometrics.detect import FoundFace
from biometrics.picture import Rgb

FACE = FoundFace(np.array([10, 20, 90, 100], np.float32), np.zeros((6, 2), np.float32), 0.9)


class Vendor:
    """What an operator's engine is told to answer, and what it was shown."""

    def __init__(self) -> None:
        self.answer: object = 0.75
        self.seen: list[tuple[int, int, list[int]]] = []

    def live_score(self, image: Rgb, face: FoundFace) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        self.seen.append((*image.shape[:2], [round(float(edge)) for edge in face.box]))
        return self.answer


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            image = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR)
            box = [int(edge) for edge in parse_qs(urlsplit(self.path).query)["box"][0].split(",")]
            vendor.seen.append((*image.shape[:2], box))
            failed = isinstance(vendor.answer, Exception)
            body = b"" if failed else json.dumps({"live": vendor.answer}).encode()
            self.send_response(500 if failed else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


class _UnixServer(socketserver.UnixStreamServer):
    """The handler asks for a client address that a socket does not have."""

    def get_request(self) -> tuple[Any, Any]:
        return super().get_request()[0], ("socket", 0)


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


@pytest.fixture(params=["http", "unix", "python"])
def engine(
    request: pytest.FixtureRequest, vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AttackDetector]:
    if request.param == "python":
        module = ModuleType("vendor_for_tests")
        module.engine = lambda: vendor  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "vendor_for_tests", module)
        yield open_engine("python:vendor_for_tests:engine")
        return
    server: socketserver.BaseServer
    if request.param == "unix":
        server = _UnixServer(str(tmp_path / "v.sock"), _handler(vendor))
        address = f"unix:{tmp_path / 'v.sock'}"
    else:
        http = HTTPServer(("127.0.0.1", 0), _handler(vendor))
        server, address = http, f"http://127.0.0.1:{http.server_port}/live"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield open_engine(address)
    server.shutdown()
    thread.join()
    server.server_close()


def look(engine: AttackDetector) -> float | None:
    return engine.live_score(np.full((120, 160, 3), 127, np.uint8), FACE)


@pytest.mark.parametrize("answer", [0, 0.25, 1.0, None])
def test_a_score_or_none_is_taken_as_it_is(engine: AttackDetector, vendor: Vendor, answer: float | None) -> None:
    vendor.answer = answer
    assert look(engine) == answer
    assert vendor.seen == [(120, 160, [10, 20, 90, 100])]


@pytest.mark.parametrize("answer", [-0.1, 1.1, float("nan"), True, "0.9", [], RuntimeError("no licence")])
def test_whatever_else_fails_shut(engine: AttackDetector, vendor: Vendor, answer: object) -> None:
    vendor.answer = answer
    with pytest.raises(ExternalSystemError) as caught:
        look(engine)
    assert (caught.value.code, caught.value.permanent) == ("face.attack_engine", False)


def test_an_engine_that_is_away_fails_shut(tmp_path: Path) -> None:
    for address in (f"unix:{tmp_path / 'none.sock'}", "http://127.0.0.1:9/live"):
        with pytest.raises(ExternalSystemError):
            look(open_engine(address))


@pytest.mark.parametrize(
    "address",
    [
        "vendor",
        "http://vendor.example/live",
        "ftp://127.0.0.1/",
        "python:no_such_module:engine",
        "python:json:dumps",
    ],
)
def test_what_is_no_engine_stops_the_start(address: str) -> None:
    with pytest.raises(AttackEngineError):
        open_engine(address)


def test_a_python_entry_without_a_score_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("vendor_for_tests")
    make: Callable[[], object] = object
    module.engine = make  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vendor_for_tests", module)
    with pytest.raises(AttackEngineError, match="live_score"):
        open_engine("python:vendor_for_tests:engine")
