"""Running a claimed gate: devices from `gate.toml`, readers into presentations, the state written now and then."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from types import FrameType

import structlog

from access.domain.errors import InvalidInput
from access.domain.places import Method
from access.domain.times import SECOND
from hardware import wire
from hardware.agent import status, watchdog
from hardware.agent.agent import Agent
from hardware.agent.challenging import film
from hardware.agent.config import GateConfig
from hardware.agent.door import Equipment
from hardware.agent.equipment import Wired, wire_up
from hardware.agent.hands import Hands
from hardware.agent.options import AgentOptions

log = structlog.get_logger(__name__)

_STATE_SECONDS = 5.0
_TUNABLE = {field.name for field in fields(AgentOptions)} - {"server", "link", "data", "edge_models"}


class RunnerFailed(Exception):  # noqa: N818 - says what is the matter
    """The agent cannot go on as it is."""


class Runner:
    """One agent process."""

    def __init__(self, data: Path, config: GateConfig) -> None:
        """Raises InvalidInput, DriverError, NotFound and Conflict with words for the operator."""
        self._data = data
        self._config = config
        self._wired: dict[str, Wired] = {}
        self._hands: list[Hands] = []
        self.agent = Agent(options(data, config), self._equip)
        self._stop = threading.Event()

    def run(self, ready: Callable[[], None]) -> None:
        """Work until SIGTERM or Ctrl-C; `ready` is called once everything runs.

        Raises:
            RunnerFailed: something is broken that a new start cures; the service manager gives it one.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        self.agent.start()
        self._connect_readers()
        self._write_state()
        ready()
        watchdog.tell("READY=1")
        ails = ""
        while not self._stop.is_set() and not ails:
            watchdog.tell("WATCHDOG=1")
            self._stop.wait(_STATE_SECONDS)
            self._write_state()
            ails = self.agent.ails()
        watchdog.tell("STOPPING=1")
        for hands in self._hands:
            hands.stop()
        self._write_state()
        self.agent.close()
        if ails:
            raise RunnerFailed(ails)

    def _equip(self, row: wire.AccessPointRow) -> Equipment:
        table = self._config.access_points.get(row.number)
        if table is None:
            raise InvalidInput(
                "agent.wiring",
                f"access point {row.number} has no wiring: add [access_points.{row.number}] to gate.toml",
            )
        self._wired[row.id] = wire_up(row.number, table)
        return self._wired[row.id].equipment

    def _connect_readers(self) -> None:
        for key, wired in self._wired.items():
            hands = Hands(key, partial(self._present, key), self.agent.keypad(key))
            hands.start()
            hands.listen(wired.readers, wired.scanners, wired.camera)
            self._hands.append(hands)

    def _present(self, key: str, method: Method, payload: str, frames: Sequence[bytes]) -> None:
        if method is Method.FACE:
            frames = film(self._wired[key].camera, frames, self.agent.ask_movement(key))
        outcome = self.agent.present(key, method, payload, frames)
        log.info(
            "presented",
            event_id=outcome.event,
            method=method.value,
            granted=outcome.granted,
            reason=outcome.reason,
            offline=outcome.offline,
            ms=round(outcome.ms, 1),
        )

    def _write_state(self) -> None:
        try:
            status.write(self._data, status.of(self.agent, int(time.time() * SECOND)))
        except (OSError, sqlite3.Error) as exc:
            log.warning("state.not_written", error=str(exc))

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()


def options(data: Path, config: GateConfig) -> AgentOptions:
    """The agent's options of a `gate.toml`. Raises InvalidInput."""
    unknown = set(config.options) - _TUNABLE
    if unknown:
        raise InvalidInput("agent.config", f"gate.toml: unknown options {', '.join(sorted(unknown))}")
    given = dict(config.options)
    limit = int(given.pop("buffer_limit", 50_000))
    models = Path(config.edge_models) if config.edge_models else None
    return AgentOptions(config.server, config.link, data, buffer_limit=limit, edge_models=models, **given)
