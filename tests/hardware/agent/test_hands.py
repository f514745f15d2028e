"""From readers to presentations, and what `gate.toml` may say."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from pathlib import Path

import pytest

from access.domain.errors import InvalidInput
from access.domain.places import Method
from access.domain.times import HOUR, MINUTE
from hardware.agent import config
from hardware.agent.equipment import wire_up
from hardware.agent.hands import Hands
from hardware.agent.journal import Journal
from hardware.agent.passback import IN, OUT, Passback
from hardware.agent.runner import Runner, options
from hardware.drivers.ports import CardRead
from hardware.drivers.simulated.terminal import SimulatedTerminal
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator

Shown = tuple[Method, str, int]


def _hands(things: SimulatedTerminal) -> tuple[Hands, queue.SimpleQueue[Shown], list[CardRead]]:
    shown: queue.SimpleQueue[Shown] = queue.SimpleQueue()
    typed: list[CardRead] = []

    def present(method: Method, payload: str, frames: Sequence[bytes]) -> None:
        shown.put((method, payload, len(frames)))
        if payload == "broken":
            raise RuntimeError("a presentation that fails must not end the terminal")

    hands = Hands("1", present, typed.append)
    hands.start()
    hands.listen([things.reader], [things.reader], things.camera)
    return hands, shown, typed


def test_each_reader_becomes_a_presentation_and_repeats_are_left_out() -> None:
    things = SimulatedTerminal()
    hands, shown, typed = _hands(things)
    things.reader.hold_code("broken")
    assert shown.get(timeout=10) == (Method.QR, "broken", 0)
    things.reader.hold_card("04A1B2C3", "911")
    assert shown.get(timeout=10) == (Method.CARD, "04A1B2C3", 0)
    for _ in range(5):
        things.reader.hold_card("04A1B2C3")
    things.camera.show_face([b"1", b"2", b"3"])
    assert shown.get(timeout=10) == (Method.FACE, "", 3)
    assert [read.keys for read in typed] == ["911"]
    hands.stop()
    hands.join(10)
    assert shown.empty()


def test_the_duress_code_opens_and_raises_a_silent_alarm(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path):
        pass
    points = (
        '[access_points.1]\nrelay = { driver = "simulated" }\n[access_points.2]\nrelay = { driver = "simulated" }\n'
    )
    (tmp_path / "gate.toml").write_text(f'server = "{simulator.url}"\nduress_code = "911"\n{points}', "utf-8")
    runner = Runner(tmp_path, config.load(tmp_path))
    point = simulator.books.access_points[0].id
    runner.typed(point, CardRead("04A1B2C3", "123"))
    runner.typed(point, CardRead("04A1B2C3", "911"))
    batch = runner.agent.events.next_batch()
    assert batch is not None
    alarms = [event.body for event in batch.events if event.kind == "tamper"]
    assert alarms == [{"ap": point, "active": True, "what": "duress"}]
    runner.agent.close()


def test_passback_is_reported_forgiven_and_reset(tmp_path: Path) -> None:
    watch = Passback(Journal(tmp_path / "journal.sqlite3"), {1: IN, 2: OUT}, minutes=30)
    assert [watch.passes(1, "a", 0), watch.passes(1, "a", MINUTE)] == [False, True]
    assert [watch.passes(2, "a", 2 * MINUTE), watch.passes(1, "a", 3 * MINUTE)] == [False, False]
    assert not watch.passes(1, "a", 3 * MINUTE + HOUR)
    assert not watch.passes(9, "a", 4 * HOUR)
    assert watch.reset() == 1
    assert not watch.passes(1, "a", 3 * MINUTE + HOUR + 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server = 3", "server"),
        ('server = "https://x"\n[access_points.one]\nrelay = {}', "number"),
        ('server = "https://x"\n[access_points.1]\ncontact = {}', "needs a relay"),
        ('server = "https://x"\n[access_points.1]\nrelay = {}\nrelais = {}', "unknown relais"),
        ('server = "https://x"\n[access_points.1]\nrelay = {}\ndirection = "up"', "in or out"),
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
