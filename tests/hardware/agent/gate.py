"""A claimed agent with simulated devices against the simulated server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hardware import wire
from hardware.agent import server
from hardware.agent.agent import Agent
from hardware.agent.clock import since_boot
from hardware.agent.door import Equipment
from hardware.agent.edge_option import FaceModel, open_model
from hardware.agent.options import AgentOptions
from hardware.drivers.simulated.terminal import SimulatedTerminal
from tests.hardware.agent.server_simulator import CODE, ServerSimulator


class Ticks:
    """The machine's time since boot, which a test can let run ahead."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return since_boot() + self.ahead


class Gate:
    """Use in a `with` block; `again` starts a new agent in the same folder, as a reboot does."""

    def __init__(
        self,
        simulator: ServerSimulator,
        data: Path,
        boot: str | None = None,
        face_model: Callable[[Path], FaceModel] = open_model,
        **options: object,
    ) -> None:
        self.simulator = simulator
        fast = AgentOptions(simulator.url, simulator.url, data, longest_pause=0.2)
        self.options = replace(fast, **options)  # type: ignore[arg-type]
        self.terminals: dict[str, SimulatedTerminal] = {}
        if not simulator.books.claimed:
            server.claim(simulator.url, data, CODE)
        self.ticks = Ticks()
        self.agent = Agent(self.options, self._equip, self.ticks, boot, face_model)

    def __enter__(self) -> Gate:
        self.agent.start()
        self.simulator.wait_connected()
        self.wait_up()
        return self

    def __exit__(self, *_: object) -> None:
        self.agent.close()

    def wait_up(self) -> None:
        """Until the agent has heard the first time event."""
        assert self.agent.link.wait_up(20.0)

    def wait_lists(self, version: int = 1) -> None:
        """Until the lists of a version are in force."""
        assert self.agent.lists.wait_version(version, 20.0)

    def go_offline(self) -> None:
        """The server vanishes: streams end and nothing answers."""
        self.simulator.vanish()
        assert self.agent.link.wait_down(20.0)

    @property
    def point(self) -> str:
        return self.simulator.books.access_points[0].id

    @property
    def terminal(self) -> SimulatedTerminal:
        return self.terminals[self.point]

    def _equip(self, row: wire.AccessPointRow) -> Equipment:
        made = self.terminals.setdefault(row.id, SimulatedTerminal())
        return Equipment(made.relay, made.contact, made.exit_button, made.fire_input, made.tamper, made.screen)
