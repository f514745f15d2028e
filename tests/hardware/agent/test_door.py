"""One access point's door: what it reports, and that software only ever opens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from access.domain.ids import new_id
from access.domain.reasons import WORDS, Reason
from hardware import wire
from hardware.agent.door import OPENED, Door, Equipment, Mode
from hardware.agent.log import Body
from hardware.drivers.ports import Display, DriverError
from hardware.drivers.simulated.terminal import SimulatedTerminal


class _Reports:
    """Collects what the door reports and lets a test wait for a kind."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Body]] = []
        self._changed = threading.Condition()

    def __call__(self, kind: str, body: Body) -> None:
        with self._changed:
            self.seen.append((kind, body))
            self._changed.notify_all()

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.seen]

    def heard(self, kind: str, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: kind in self.kinds(), seconds)

    def wait(self, kind: str) -> Body:
        assert self.heard(kind, 10)
        return next(body for found, body in self.seen if found == kind)


class _Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def _door(
    held_seconds: float = 60.0, seconds: Callable[[], float] = time.monotonic
) -> tuple[Door, SimulatedTerminal, _Reports]:
    made, reports = SimulatedTerminal(), _Reports()
    things = Equipment(made.relay, made.contact, made.exit_button, made.fire_input, made.tamper, made.screen)
    row = wire.AccessPointRow(new_id(), 1, "南门", "South gate", ["card"], 3_000)
    return Door(row, things, reports, held_seconds, seconds), made, reports


def test_a_door_that_opens_without_a_grant_is_forced() -> None:
    _, things, reports = _door()
    things.contact.set(True)
    assert reports.seen[1] == ("tamper", {"ap": reports.seen[0][1]["ap"], "active": True, "what": "forced"})


def test_a_granted_opening_is_expected_and_named() -> None:
    door, things, reports = _door()
    event = new_id()
    door.fire(event, 3_000)
    things.contact.set(True)
    things.contact.set(False)
    assert reports.kinds() == ["door", "door"]
    assert [body["event"] for _, body in reports.seen] == [event, event]
    things.contact.set(True)
    assert "event" not in reports.seen[2][1]


@pytest.mark.rule("L17")
def test_a_door_held_open_is_reported() -> None:
    door, things, reports = _door(held_seconds=0.05)
    door.fire(new_id(), 3_000)
    things.contact.set(True)
    assert reports.wait("held")["ap"] == door.row.id


@pytest.mark.rule("L17")
def test_a_grant_that_nobody_used_is_not_named_when_the_door_is_forced_later() -> None:
    now = _Hours()
    door, things, reports = _door(seconds=now)
    door.fire(new_id(), 3_000)
    now.at += 3_600
    things.contact.set(True)
    assert reports.kinds() == ["door", "tamper"]
    assert "event" not in reports.seen[0][1]


@pytest.mark.parametrize("free", ["unlocked", "fire"])
def test_a_door_that_is_free_may_stand_open_until_it_is_not(free: str) -> None:
    door, things, reports = _door(held_seconds=0.05)
    door.set_mode(Mode.UNLOCKED) if free == "unlocked" else things.fire_input.set(True)
    things.contact.set(True)
    assert not reports.heard("held", 0.3)
    door.set_mode(Mode.NORMAL) if free == "unlocked" else things.fire_input.set(False)
    assert reports.wait("held")["ap"] == door.row.id


def test_a_door_that_is_unlocked_while_it_stands_open_is_not_held() -> None:
    door, things, reports = _door(held_seconds=0.2)
    things.contact.set(True)
    door.set_mode(Mode.UNLOCKED)
    assert not reports.heard("held", 0.5)


def test_a_door_that_stands_open_already_at_the_start_is_reported() -> None:
    made, reports = SimulatedTerminal(), _Reports()
    made.contact.set(True)
    row = wire.AccessPointRow(new_id(), 1, "南门", "South gate", ["card"], 3_000)
    Door(row, Equipment(made.relay, made.contact), reports, 0.05)
    assert reports.wait("held")["ap"] == row.id


def test_exit_always_opens_also_in_lockdown() -> None:
    door, things, reports = _door()
    door.set_mode(Mode.LOCKDOWN)
    things.exit_button.set(True)
    assert things.relay.energised()
    assert reports.kinds() == ["exit"]


def test_the_screen_says_that_nobody_enters_until_that_is_over() -> None:
    door, things, _ = _door()
    door.set_mode(Mode.LOCKDOWN)
    assert things.screen.display == Display("denied", WORDS[Reason.LOCKDOWN])
    things.fire_input.set(True)
    assert things.screen.display.phase == "fire"
    things.fire_input.set(False)
    door.set_mode(Mode.NORMAL)
    assert things.screen.display.phase == "idle"


def test_fire_holds_the_door_free_whatever_else_is_asked() -> None:
    door, things, reports = _door()
    things.fire_input.set(True)
    door.set_mode(Mode.LOCKDOWN)
    door.set_mode(Mode.NORMAL)
    door.fire(new_id(), 100)
    assert things.relay.energised()
    assert things.screen.display.phase == "fire"
    things.fire_input.set(False)
    assert not things.relay.energised()
    assert [body["active"] for kind, body in reports.seen if kind == "fire"] == [True, False]


def test_a_fire_that_burns_already_at_the_start_frees_the_door() -> None:
    made, reports = SimulatedTerminal(), _Reports()
    made.fire_input.set(True)
    row = wire.AccessPointRow(new_id(), 1, "南门", "South gate", ["card"], 3_000)
    Door(row, Equipment(made.relay, fire_input=made.fire_input), reports, 60.0)
    assert made.relay.energised()


def test_a_relay_that_fails_is_not_a_grant() -> None:
    door, things, _ = _door()
    things.relay.broken = True
    with pytest.raises(DriverError):
        door.fire(new_id(), 100)


def test_a_denial_stands_its_own_time_whatever_the_door_does() -> None:
    door, things, _ = _door()
    door.tell("granted", OPENED, 60)
    things.contact.set(True)
    door.tell("denied", WORDS[Reason.UNKNOWN], 60)
    things.contact.set(False)
    assert things.screen.display == Display("denied", WORDS[Reason.UNKNOWN])
    door.tell("denied", WORDS[Reason.USED], 0.01)
    assert things.screen.wait_for("idle", 10)


def test_a_fire_takes_the_screen_at_once() -> None:
    door, things, _ = _door()
    door.tell("denied", WORDS[Reason.UNKNOWN], 60)
    things.fire_input.set(True)
    assert things.screen.display.phase == "fire"
