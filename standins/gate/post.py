"""One access point of the simulated gate: its devices, the walking person, and what happened lately."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from hardware.agent.door import Door
from hardware.agent.presenting import Outcome
from hardware.drivers.ports import Display
from hardware.drivers.simulated.terminal import SimulatedTerminal
from standins.gate.walker import Walker

_KEPT = 30

Entry = dict[str, Any]


class Post:
    """`changed` is called whenever something to see has changed; `now` gives Unix milliseconds."""

    def __init__(
        self, terminal: SimulatedTerminal, walks: bool, changed: Callable[[], None], now: Callable[[], int]
    ) -> None:
        self.terminal = terminal
        self.walker = Walker(terminal, walks)
        self._changed = changed
        self._now = now
        self._history: deque[Entry] = deque(maxlen=_KEPT)
        self._number = 0
        self._last: dict[str, Any] | None = None
        self._lock = threading.Lock()
        self._watch()

    def finished(self, outcome: Outcome) -> None:
        """A presentation has its outcome."""
        self._last = outcome_view(outcome)
        self._add("granted" if outcome.granted else "denied", outcome.words.zh, outcome.words.en, self._last)

    def view(self, door: Door) -> dict[str, Any]:
        """What the page shows of this access point."""
        display = self.terminal.screen.display
        return {
            "id": door.row.id,
            "number": door.row.number,
            "name_zh": door.row.name_zh,
            "name_en": door.row.name_en,
            "methods": list(door.row.methods),
            "mode": door.mode.value,
            "display": {"phase": display.phase, "zh": display.words.zh, "en": display.words.en},
            "last": self._last,
            "relay": self.terminal.relay.energised(),
            "firings": len(self.terminal.relay.fired),
            "door": "open" if self.terminal.contact.active() else "closed",
            "fire": self.terminal.fire_input.active(),
            "held": self.walker.held(),
            "history": list(self._history),
        }

    def _watch(self) -> None:
        things = self.terminal
        things.screen.on_show(self._shown)
        things.relay.on_change(lambda on: self._add("relay", *_RELAY[on]))
        things.contact.on_change(lambda on: self._add("door", *_DOOR[on]))
        things.exit_button.on_change(lambda on: self._add("exit", *_EXIT) if on else None)
        things.fire_input.on_change(lambda on: self._add("fire", *_FIRE[on]))

    def _shown(self, _display: Display) -> None:
        self._changed()

    def _add(self, kind: str, zh: str, en: str, outcome: dict[str, Any] | None = None) -> None:
        with self._lock:
            self._number += 1
            self._history.appendleft(
                {"n": self._number, "at": self._now(), "kind": kind, "zh": zh, "en": en, "outcome": outcome}
            )
        self._changed()


_RELAY = {True: ("继电器吸合", "Relay on"), False: ("继电器释放", "Relay off")}
_DOOR = {True: ("门开了", "Door opened"), False: ("门关了", "Door closed")}
_EXIT = ("按下出门按钮", "Exit button pressed")
_FIRE = {True: ("消防联动触发", "Fire input active"), False: ("消防联动解除", "Fire input cleared")}


def outcome_view(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON."""
    return {
        "event": outcome.event,
        "method": outcome.method.value,
        "granted": outcome.granted,
        "decision": "granted" if outcome.granted else "denied",
        "reason": None if outcome.reason is None else outcome.reason.value,
        "words": {"zh": outcome.words.zh, "en": outcome.words.en},
        "relay_fired": outcome.fired,
        "offline": outcome.offline,
        "ms": round(outcome.ms, 1),
    }
