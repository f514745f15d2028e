"""The crowd at the gate: holds things up without pause, and writes down what came of each."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from access.domain.errors import KaimenError
from access.domain.places import AccessPoint
from benchmarks.chaos.cast import Cast, Token
from standins.gate.client import GateOutcome, GateSimClient, GateSimError

_PAUSE = 0.35
_LOOK = 0.2


@dataclass(frozen=True, slots=True)
class Shown:
    """One presentation.

    Attributes:
        at: when it began, Unix seconds.
        outcome: None when the gate was killed meanwhile.
    """

    at: float
    token: Token
    outcome: GateOutcome | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The version of the lists that the gate held at a moment."""

    at: float
    version: int


class Crowd:
    """A thread for each door, one for the office, one that watches the gate's lists."""

    def __init__(self, cast: Cast, gate: str, points: tuple[AccessPoint, ...], chance: random.Random) -> None:
        self.cast = cast
        self.shown: list[Shown] = []
        self.seen: list[Seen] = []
        self.done: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self._gate = gate
        self._chance = chance
        self._over = threading.Event()
        self._threads = [
            *(self._thread(f"door {point.number}", self._at_door(point)) for point in points),
            self._thread("office", self._office),
            self._thread("watch", self._watch),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def hold_up(self, client: GateSimClient, token: Token, point: AccessPoint) -> Shown:
        """Hold one thing up and write down what came of it."""
        began, outcome = time.time(), None
        try:
            present = client.present_card if token.method == "card" else client.present_code
            outcome = present(token.text, point.id)
        except (httpx.HTTPError, GateSimError):
            self.errors["gate away"] += 1
        shown = Shown(began, token, outcome)
        self.shown.append(shown)
        return shown

    def _thread(self, name: str, turn: Callable[[], None]) -> threading.Thread:
        return threading.Thread(target=self._again, args=(turn,), name=name, daemon=True)

    def _again(self, turn: Callable[[], None]) -> None:
        while not self._over.is_set():
            try:
                turn()
            except KaimenError as exc:  # the database was busy for too long, or the like: counted, not hidden
                self.errors[exc.code] += 1
            self._over.wait(_LOOK)

    def _at_door(self, point: AccessPoint) -> Callable[[], None]:
        client = GateSimClient(self._gate)

        def turn() -> None:
            kind, token = self._choose()
            self.done[kind] += 1
            self.hold_up(client, token, point)
            self._over.wait(self._chance.uniform(0.0, _PAUSE))

        return turn

    def _choose(self) -> tuple[str, Token]:
        luck, cast = self._chance.random(), self.cast
        with cast.lock:
            if luck < 0.25 and cast.revoked:
                return "revoked credentials shown", self._chance.choice(cast.revoked).token
            if luck < 0.5 and cast.visits:
                return "one-time passes shown", self._chance.choice(cast.visits)[1]
            if luck < 0.75:
                return "cards shown", self._chance.choice(cast.cards)
        return "resident passes shown", cast.rolling()

    def _office(self) -> None:
        luck = self._chance.random()
        if luck < 0.35:
            self.done["remote opens pressed"] += 1
            self.cast.press()
        elif luck < 0.6:
            self.cast.invite()
        elif luck < 0.7:
            self.cast.revoke_something()
        self._over.wait(self._chance.uniform(0.0, 2 * _PAUSE))

    def _watch(self) -> None:
        try:
            with GateSimClient(self._gate) as client:
                lists = client.state()["lists"]
        except (httpx.HTTPError, GateSimError):
            return
        if lists is not None:
            self.seen.append(Seen(time.time(), int(lists["version"])))
