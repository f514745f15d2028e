"""A face that stays in the gate, through real processes: chat, page, a gate with the option, the certificate."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.agent.edge_store import EdgeStore
from standins.gate.client import GateSimClient
from standins.story.staff import StaffAtConsole
from standins.story.story import HOUSEHOLD, Faces, Story
from tests.e2e.conftest import Demo
from tests.e2e.recording import Recorder

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.pictures]


@dataclass
class EdgeGate:
    client: GateSimClient
    data: Path
    recorders: tuple[Recorder, Recorder]

    @property
    def sent(self) -> bytes:
        return b"".join(recorder.sent for recorder in self.recorders)


@pytest.fixture
def looks() -> list[bytes]:
    """Three pictures of one person, then one of a stranger, all fit for enrolment."""
    folder = os.environ.get("KAIMEN_PICTURES", "")
    if not folder:
        pytest.skip("KAIMEN_PICTURES names no folder of labelled pictures")
    found = [sorted(Path(folder).glob(f"{name}_*.jpg")) for name in ("Adrien_Brody", "Amelia_Vega")]
    if len(found[0]) < 3 or not found[1]:
        pytest.skip("the folder has not the people of this test")
    return [path.read_bytes() for path in (*found[0][:3], found[1][0])]


@pytest.fixture
def gate(demo: Demo, models: Path, tmp_path: Path) -> Iterator[EdgeGate]:
    """A gate of its own beside the demo's, its traffic recorded."""
    staff = StaffAtConsole(demo.ports.url("api"), demo.folder.staff_file, "baoan")
    staff.sign_in()
    points = re.findall(r'name="access_points"[^>]*value="([0-9a-f]{16})"', staff.get("/gates"))
    page = staff.post("/gates/claim", {"name": "Edge gate", "access_points": points[0]}, "/gates").text
    code = re.search(r"\b([2-9A-HJ-NP-Z]{4}[- ]?[2-9A-HJ-NP-Z]{4})\b", re.sub(r"<[^>]+>", " ", page))
    assert code is not None
    up, down = Recorder(demo.ports.url("api")), Recorder(demo.ports.url("link"))
    command = [sys.executable, "-m", "standins.gate", "--port", "0", "--server", up.url, "--link", down.url]
    command += ["--data", str(tmp_path / "gate"), "--claim-code", code[1], "--edge-models", str(models)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = next(line.split()[-1] for line in process.stdout if "ready" in line)
    with GateSimClient(address) as client:
        client.wait_ready(60)
        yield EdgeGate(client, tmp_path / "gate", (up, down))
    process.terminate()
    process.stdout.read()
    process.wait(20)
    up.close()
    down.close()


@pytest.mark.rule("L6")
@pytest.mark.rule("L12")
def test_enrolled_and_matched_at_the_gate_alone_until_withdrawn(
    demo: Demo, gate: EdgeGate, looks: list[bytes]
) -> None:
    nowhere = Path("unused")
    story = Story(demo.folder, demo.ports, Faces(nowhere, nowhere, nowhere))
    first, second, third, stranger = looks
    story.waits()
    story.scan()
    for text, expected in (
        (HOUSEHOLD, "1"), ("业主", "姓名"), ("陈小明", "陈小明"), ("1", "告知书"), ("1", HOUSEHOLD),
        ("3", "14"), ("1", "第一项"), ("1", "第二项"), ("2", "不离开门口"),
    ):  # fmt: skip
        story.say(text, expected)()
    story.approve()
    face = gate.client.present_face

    made = story.phone.send("/m/face-at-gate", {}).text
    picture = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", made)
    assert picture is not None
    assert "看镜头" in gate.client.present_code_picture(base64.b64decode(picture[1])).words_zh
    story._mark()
    assert "再看一次" in face([first]).words_zh
    assert "已登记" in face([second]).words_zh
    story.told("门口设备", "登记")
    gate.client.wait_until(lambda s: s["lists"]["counts"].get("edge_faces") == 1, 60)

    opened = face([third])
    assert (opened.granted, opened.relay_fired, opened.offline) == (True, True, False)
    before = gate.sent
    assert _nothing_left(gate, [first, second, third])
    assert not face([stranger]).granted
    assert len(gate.sent) > len(before), "a stranger goes the usual way"

    gate.client.unplug()
    gate.client.wait_link(up=False)
    alone = face([third])
    assert (alone.granted, alone.relay_fired, alone.offline) == (True, True, True)
    assert face([stranger]).reason == "face_offline"
    gate.client.plug_in()
    gate.client.wait_link(up=True)

    kept = _references(gate)
    story.withdraw()
    gate.client.wait_until(lambda s: "0 enrolled" in s["edge_face"]["words"], 60)
    assert not face([third]).granted
    page = story.phone.get("/m/data").text
    assert "已完成" in page
    assert _absent(gate.sent, kept)


def _nothing_left(gate: EdgeGate, pictures: list[bytes]) -> bool:
    """Neither a picture nor a reference went out, in no encoding a link could use; nor did a JPEG of any kind."""
    jpeg = base64.urlsafe_b64encode(b"\xff\xd8\xff\xe0")[:5]
    return jpeg not in gate.sent and _absent(gate.sent, [*_references(gate), *pictures])


def _absent(sent: bytes, secrets: list[bytes]) -> bool:
    """No run of twelve bytes of any of them, raw, in hexadecimal or in either base64 at any alignment."""
    for secret in secrets:
        for at in range(0, len(secret) - 15, 4):
            piece = secret[at : at + 15]
            forms = [piece[:12], piece[:12].hex().encode(), piece[:12].hex().upper().encode()]
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                forms += [encode(piece[shift : shift + 12]) for shift in range(3)]
            if any(form in sent for form in forms):
                return False
    return True


def _references(gate: EdgeGate) -> list[bytes]:
    """What the gate keeps, opened with its own key on its own disk; without the public head of each."""
    own = gate.client.state()["gate"]
    store = EdgeStore(gate.data, own)
    try:
        found = [one for face in store.kept() for one in store.references(face.id)]
    finally:
        store.close()
    assert found
    return [one[18:] for one in found]
