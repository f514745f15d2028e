"""The gate's cable is pulled for three days, by a stepped clock: real service, real agent, people who come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import DAY, HOUR
from access.services import gate_claims, invite_visitor, issue_pass, manage_cards
from access.services.house import House
from adapters.db.database import PeeweeDatabase, open_database
from adapters.gatelink.outbox import OutboxLink
from hardware import wire
from hardware.agent import server as servers
from hardware.agent.agent import Agent
from hardware.agent.clock import since_boot
from hardware.agent.door import Equipment
from hardware.agent.options import AgentOptions
from hardware.agent.presenting import Outcome
from hardware.drivers.simulated.terminal import SimulatedTerminal
from hardware.server.blueprint import gate_blueprint
from hardware.server.stream import EXTENSION, create_link_app
from standins.gate.cable import Cable
from tests.estate import Place, build, resident, seed_estate

CARD = "04A1B2C3"
WAIT_SECONDS = 20.0


class SteppedClock:
    """The true time and a machine's time since boot, both as far ahead as a test says."""

    def __init__(self) -> None:
        self.ahead = 0

    def now(self) -> int:
        return int(time.time() * 1000) + self.ahead

    def ticks(self) -> int:
        return since_boot() + self.ahead


@dataclass
class Town:
    """The service, a resident with a card, and a gate whose cable can be pulled."""

    house: House
    place: Place
    person: str
    clock: SteppedClock
    agent: Agent
    terminal: SimulatedTerminal
    cables: tuple[Cable, Cable]

    def pull_the_cable(self) -> None:
        """Once the gate holds what the service holds."""
        with self.house.db.reading() as stores:
            version = stores.places.policy_version(self.place.estate.id)
        assert self.agent.lists.wait_version(version, WAIT_SECONDS)
        for cable in self.cables:
            cable.unplug()
        assert self.agent.link.wait_down(WAIT_SECONDS)

    def plug_in(self) -> None:
        for cable in self.cables:
            cable.plug_in()
        self.agent.link.nudge()
        assert self.agent.link.wait_up(WAIT_SECONDS)

    def card(self) -> Outcome:
        return self.agent.present(self.place.gate.id, Method.CARD, CARD)

    def code(self, text: str) -> Outcome:
        return self.agent.present(self.place.gate.id, Method.QR, text)

    def resident_shows_the_phone(self) -> Outcome:
        """The phone has its own network and fetches the pass of the day."""
        shown = issue_pass.door_pass(self.house, self.person, self.place.estate.id)
        return self.code(shown.text(self.clock.now()))


@pytest.fixture
def town(sqlite_database: PeeweeDatabase, tmp_path: Path) -> Iterator[Town]:
    clock = SteppedClock()
    house = replace(build(sqlite_database).house, clock=clock)
    place = seed_estate(house)
    person = resident(house, place, "陈秀英")
    manage_cards.add_card(house, place.operations.staff, person, CARD)
    linked = open_database(f"sqlite:///{tmp_path / 'kaimen.db'}")
    api = Flask("api", static_folder=None)
    api.register_blueprint(gate_blueprint(house))
    link = create_link_app(replace(house, db=linked), OutboxLink(linked))
    served = [serve(app) for app in (api, link)]
    cables = tuple(Cable(f"http://127.0.0.1:{one.server_port}") for one in served)
    data, terminal = tmp_path / "gate", SimulatedTerminal()

    def equip(_row: wire.AccessPointRow) -> Equipment:
        return Equipment(terminal.relay, terminal.contact)

    code = gate_claims.offer_claim(house, "operator", place.estate.id, "gate", [place.gate.id]).code
    servers.claim(cables[0].url, data, code)
    agent = Agent(AgentOptions(cables[0].url, cables[1].url, data, longest_pause=0.2), equip, clock.ticks)
    agent.start()
    assert agent.link.wait_up(WAIT_SECONDS)
    assert agent.lists.wait_version(1, WAIT_SECONDS)
    yield Town(house, place, person, clock, agent, terminal, (cables[0], cables[1]))
    agent.close()
    link.extensions[EXTENSION].stop()
    for cable in cables:
        cable.close()
    for one in served:
        one.shutdown()
        one.server_close()
    linked.close()


def serve(app: Flask) -> BaseWSGIServer:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    server.block_on_close = False  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


@pytest.mark.rule("L18")
def test_residents_cards_and_an_invited_visitor_enter_for_72_hours_without_a_network(town: Town) -> None:
    begins = town.clock.now() + 70 * HOUR
    assert town.resident_shows_the_phone().fired  # as every day: the doors of this pass are a set the gate knows
    wish = invite_visitor.Wish(town.place.estate.id, "老王", begins, begins + 4 * HOUR)
    visit = invite_visitor.invite(town.house, town.person, wish)
    town.pull_the_cable()
    entries: list[Outcome] = []
    for hour in (1, 25, 49, 71):
        town.clock.ahead = hour * HOUR
        entries += [town.resident_shows_the_phone(), town.card()]
    visitor = invite_visitor.visitor_pass(town.house, visit.secret).text
    entries.append(town.code(visitor))
    assert [(e.fired, e.offline, e.reason) for e in entries] == [(True, True, None)] * 9
    assert town.code(visitor).reason is Reason.USED
    town.plug_in()
    assert outcomes_are_told(town, entries)
    assert invite_visitor.visitor_pass(town.house, visit.secret).text == ""  # used up for the service as well


@pytest.mark.rule("L18")
def test_after_72_hours_passes_stop_after_seven_days_cards_and_the_network_mends_both(town: Town) -> None:
    assert town.resident_shows_the_phone().fired
    town.pull_the_cable()
    town.clock.ahead = 72 * HOUR + HOUR
    late = town.resident_shows_the_phone()
    assert (late.fired, late.reason) == (False, Reason.FAULT)
    assert town.card().fired
    town.clock.ahead = 7 * DAY + HOUR
    last = town.card()
    assert (last.fired, last.reason) == (False, Reason.FAULT)
    town.plug_in()
    until(lambda: town.resident_shows_the_phone().fired)
    assert town.card().fired


def outcomes_are_told(town: Town, entries: list[Outcome]) -> bool:
    """Each entry stands with the service, granted, under its own id, with who it was."""
    until(lambda: town.agent.events.buffered() == 0)
    with town.house.db.reading() as stores:
        events = [stores.events.get(entry.event) for entry in entries]
    return all(event is not None and event.granted and event.person_id == town.person for event in events)


def until(holds: Callable[[], bool]) -> None:
    """Looks again until it holds: what is awaited happens in other processes, which tell the test nothing."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
