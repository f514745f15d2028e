"""The face process as it runs in production: gunicorn with its own settings, on a unix socket."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image

from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import Match, NoMatch, QualityReason, Rejected
from adapters.face.remote import RemoteFaceEngine, over_unix_socket
from adapters.face.server import MAX_BODY
from tests.adapters.face.served import ESTATE, GATE, PERSON
from tests.biometrics.faces import ROOT, picture


@dataclass(frozen=True, slots=True)
class Served:
    process: subprocess.Popen[str]
    socket: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    picture("obama.jpg")  # skips where there are no pictures
    socket = tmp_path_factory.mktemp("gunicorn") / "face.sock"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:app.gunicorn_face",
        "tests.adapters.face.served:create()",
    ]
    environment = {**os.environ, "KAIMEN_FACE_BIND": f"unix:{socket}"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "Booting worker" in line:
                break
        assert process.poll() is None, "".join(said)
        yield Served(process, socket)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.fixture
def client(served: Served) -> Iterator[RemoteFaceEngine]:
    found = over_unix_socket(served.socket, timeout_s=60)
    yield found
    found.close()


def test_a_resident_is_recognised_and_another_is_not(client: RemoteFaceEngine) -> None:
    answer = client.identify(ESTATE, GATE, [picture("obama2.jpg")])
    assert isinstance(answer, Match)
    assert answer.person_id == PERSON
    assert isinstance(client.identify(ESTATE, GATE, [picture("biden.jpg")]), NoMatch)


def test_probes_at_once_are_all_answered_or_told_to_wait(client: RemoteFaceEngine) -> None:
    def ask(name: str) -> object:
        try:
            return client.identify(ESTATE, GATE, [picture(name)])
        except ExternalSystemError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, ["obama2.jpg", "biden.jpg"] * 6))
    for name, answer in zip(["obama2.jpg", "biden.jpg"] * 6, answers, strict=True):
        right = Match if name == "obama2.jpg" else NoMatch
        assert isinstance(answer, right) or answer in ("face.busy", "face.timeout")


def test_bad_input_is_refused_with_a_reason_and_the_process_goes_on(client: RemoteFaceEngine) -> None:
    stream = io.BytesIO()
    Image.new("1", (12_000, 9_000)).save(stream, "PNG")
    for data, reason in (
        (b"no picture", QualityReason.NOT_A_PICTURE),
        (b"\0\0\0\x18ftypheic" + bytes(40), QualityReason.HEIC),
        (stream.getvalue(), QualityReason.TOO_LARGE),
    ):
        assert client.encode(data, ESTATE) == Rejected(reason)
    with pytest.raises(InvalidInput):
        client.identify(ESTATE, GATE, [])
    assert isinstance(client.identify(ESTATE, GATE, [picture("obama2.jpg")]), Match)


def test_a_body_beyond_the_limit_is_refused(served: Served) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(served.socket)), base_url="http://face") as plain:
        body = b'{"picture": "' + bytes(MAX_BODY) + b'"}'
        answer = plain.post("/v1/encode", content=body, headers={"content-type": "application/json"}, timeout=60)
    assert answer.status_code == 413


def test_nobody_else_on_the_host_may_speak_to_it(served: Served) -> None:
    assert stat.S_IMODE(served.socket.stat().st_mode) & 0o077 == 0
