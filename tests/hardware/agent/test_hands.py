"""From readers to presentations, and what `gate.toml` may say."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from pathlib import Path

import pytest

from access.domain.errors import InvalidInput
from access.domain.places import Method
from hardware.agent import config
from hardware.agent.equipment import wire_up
from hardware.agent.hands import Hands
from hardware.agent.keypad import Keypad
from hardware.agent.runner import options
from hardware.drivers.simulated.terminal import SimulatedTerminal

Shown = tuple[Method, str, int]


def _hands(things: SimulatedTerminal) -> tuple[Hands, queue.SimpleQueue[Shown], list[str]]:
    shown: queue.SimpleQueue[Shown] = queue.SimpleQueue()
    alarms: list[str] = []

    def present(method: Method, payload: str, frames: Sequence[bytes]) -> None:
        shown.put((method, payload, len(frames)))
        if payload == "broken":
            raise RuntimeError("a presentation that fails must not end the terminal")

    hands = Hands("1", present, Keypad("4711".__eq__, lambda: alarms.append("duress")))
    hands.start()
    hands.listen([things.reader], [things.reader], things.camera)
    return hands, shown, alarms


def test_each_reader_becomes_a_presentation_and_repeats_are_left_out() -> None:
    things = SimulatedTerminal()
    hands, shown, alarms = _hands(things)
    things.reader.hold_code("broken")
    assert shown.get(timeout=10) == (Method.QR, "broken", 0)
    things.reader.type("4711")
    things.reader.hold_card("04A1B2C3")
    assert shown.get(timeout=10) == (Method.CARD, "04A1B2C3", 0)
    for _ in range(5):
        things.reader.hold_card("04A1B2C3")
    things.camera.show_face([b"1", b"2", b"3"])
    assert shown.get(timeout=10) == (Method.FACE, "", 3)
    assert alarms == ["duress"]
    hands.stop()
    hands.join(10)
    assert shown.empty()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server = 3", "server"),
        ('server = "https://x"\n[access_points.one]\nrelay = {}', "number"),
        ('server = "https://x"\n[access_points.1]\ncontact = {}', "needs a relay"),
        ('server = "https://x"\n[access_points.1]\nrelay = {}\nrelais = {}', "unknown relais"),
        ('server = "https://x"\nduress_code = "911"', "unknown duress_code"),
        ('server = "http://far.example"', "https"),
        ('server = "https://x"\n[options]\nquick_seconds = -1', "above 0"),
        ('server = "https://x"\n[options]\nspeed = 1', "unknown options speed"),
        ("server = ", "gate.toml"),
    ],
)
def test_a_wrong_gate_toml_says_what_and_where(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "gate.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=words):
        options(tmp_path, config.load(tmp_path))


@pytest.mark.parametrize(
    ("relay", "words"),
    [
        ({"driver": "magic"}, "must be one of gpio"),
        ("gpio", "must be one of"),
        ({"driver": "simulated", "pin": 3}, "pin"),
    ],
)
def test_wrong_wiring_is_named(relay: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        wire_up(1, {"relay": relay})
