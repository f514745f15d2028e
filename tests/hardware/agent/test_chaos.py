"""A bad network: connections cut at random points while commands and cards come. Nothing twice, nothing lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from access.domain.ids import new_id
from access.domain.places import Method
from standins.gate.cable import Cable
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate

_ROUNDS = 80


@pytest.mark.slow
def test_cut_connections_never_double_a_firing_or_lose_an_event(estate: Estate, tmp_path: Path) -> None:
    estate.add_card("04A1B2C3")
    estate.publish()
    simulator, chance = estate.simulator, random.Random(11)
    cable = Cable(simulator.url)
    commands: set[str] = set()
    opened_by_card = 0
    with Gate(simulator, tmp_path, server=cable.url, link=cable.url, quick_seconds=0.5, longest_pause=0.05) as gate:
        gate.wait_lists()
        for _ in range(_ROUNDS):
            if chance.random() < 0.4:
                cable.unplug()
            frame = simulator.frame("open", {"event": new_id(), "relay_ms": 150}, expires=simulator.now() + 120_000)
            commands.add(_id(frame))
            simulator.push(frame)
            opened_by_card += gate.agent.present(gate.point, Method.CARD, "04A1B2C3").offline
            cable.plug_in()
        gate.wait_up()
        simulator.wait(lambda: commands <= {ack.id for ack in simulator.books.acks}, 60)
        states = {ack.id: (ack.state, ack.detail) for ack in simulator.books.acks}
        fired_by_command = sum(answer == ("done", "") for answer in states.values())
        assert len(gate.terminal.relay.fired) == fired_by_command + opened_by_card
        assert {states[command] for command in commands} == {("done", "")}
        assert 0 < opened_by_card < _ROUNDS
        simulator.wait(lambda: _decisions(gate) == opened_by_card, 60)
    stored = simulator.books.events[1]
    assert [event.seq for event in stored] == list(range(1, len(stored) + 1))


def _id(frame: bytes) -> str:
    return frame.split(b'"id":"')[1][:16].decode("ascii")


def _decisions(gate: Gate) -> int:
    return [event.kind for event in gate.simulator.books.events.get(1, [])].count("decision")
