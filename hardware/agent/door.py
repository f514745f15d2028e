"""One access point at the gate: its relay, contact, exit button, fire input and screen, and what they report.

Software can only open. An active fire input holds the relay energised as well as the hard-wired line does, and
nothing here releases it while the input is active. Lockdown refuses entry and never touches the way out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from access.domain.reasons import WORDS, Reason, Words
from hardware import wire
from hardware.agent.log import Body
from hardware.agent.screen import ScreenStand
from hardware.drivers.ports import Contact, Display, DriverError, Relay, Screen

log = structlog.get_logger(__name__)

WELCOME = Words("请出示通行码、刷卡或看镜头", "Show your pass, tap your card or look at the camera")
OPENED = Words("请进", "Please come in")
OPEN = Words("门已开，请随手关门", "The door is open. Please close it behind you")
FIRE = Words("消防联动：门已释放，请撤离", "Fire release: the door is free, please leave")

_GRACE_SECONDS = 5.0
"""A door that opens this long after its relay let go was still opened by the one let in."""

Report = Callable[[str, Body], None]
"""Takes an event kind and its body into the log."""


class Mode(StrEnum):
    NORMAL = "normal"
    UNLOCKED = "unlock"
    LOCKDOWN = "lockdown"


@dataclass(frozen=True, slots=True)
class Equipment:
    """What is wired to one access point; only the relay must be there."""

    relay: Relay
    contact: Contact | None = None
    exit_button: Contact | None = None
    fire_input: Contact | None = None
    tamper: Contact | None = None
    screen: Screen | None = None


class Door:
    def __init__(
        self,
        row: wire.AccessPointRow,
        equipment: Equipment,
        report: Report,
        held_seconds: float,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args: held_seconds: a door open for this long is reported; seconds: a clock that never goes back."""
        self.row = row
        self.mode = Mode.NORMAL
        self._things = equipment
        self._report = report
        self._held_seconds = held_seconds
        self._seconds = seconds
        self._lock = threading.RLock()
        self._granted = ""
        self._expected_until = 0.0
        self._held: threading.Timer | None = None
        self._stand = ScreenStand(equipment.screen, self._resting)
        self._wire_up()

    def update(self, row: wire.AccessPointRow) -> None:
        """The access point's settings have changed."""
        self.row = row

    def fire(self, event: str, relay_ms: int) -> None:
        """Energise the relay for `relay_ms`.

        Raises:
            DriverError: the relay did not switch.
        """
        with self._lock:
            if self.mode is Mode.UNLOCKED or self.fire_active():
                self._things.relay.hold()
            else:
                self._things.relay.pulse(relay_ms)
            self._granted = event
            self._expected_until = self._seconds() + relay_ms / 1000 + _GRACE_SECONDS

    def set_mode(self, mode: Mode) -> None:
        """Hold open, return to normal, or refuse entry. Raises DriverError."""
        with self._lock:
            self.mode = mode
            if mode is Mode.UNLOCKED or self.fire_active():
                self._things.relay.hold()
            else:
                self._things.relay.release()
            self._watch(is_open=bool(self.is_open()))
        self._stand.rest(urgent=True)

    def is_open(self) -> bool | None:
        """What the door contact says; None without one."""
        return None if self._things.contact is None else self._things.contact.active()

    def fire_active(self) -> bool:
        return self._things.fire_input is not None and self._things.fire_input.active()

    def tell(self, phase: str, words: Words, seconds: float) -> None:
        """Show a message for so long, whatever the door does meanwhile; the next message replaces it."""
        self._stand.tell(Display(phase, words), seconds)

    def close(self) -> None:
        with self._lock:
            self._stop_timer()
        self._stand.stop()

    def _resting(self) -> Display:
        if self.fire_active():
            return Display("fire", FIRE)
        if self.mode is Mode.LOCKDOWN:
            return Display("denied", WORDS[Reason.LOCKDOWN])
        return Display("open", OPEN) if self.is_open() else Display("idle", WELCOME)

    def _wire_up(self) -> None:
        things = self._things
        for contact, listener in (
            (things.contact, self._contact_changed),
            (things.exit_button, self._exit_pressed),
            (things.fire_input, self._fire_changed),
            (things.tamper, self._tamper_changed),
        ):
            if contact is not None:
                contact.on_change(listener)
        if self.fire_active():
            self._fire_changed(True)
        self._watch(is_open=bool(self.is_open()))
        self._stand.rest()

    def _contact_changed(self, is_open: bool) -> None:
        with self._lock:
            if is_open and not self._is_in_time():
                self._granted = ""  # whoever was let in did not open it: this is somebody else's opening
            event, expected = self._granted, self._is_expected()
            if not is_open:
                self._granted = ""
            self._watch(is_open=is_open)
        body: dict[str, str | int | bool | None] = {"ap": self.row.id, "open": is_open}
        if event:
            body["event"] = event
        self._report("door", body)
        if is_open and not expected:
            self._report("tamper", {"ap": self.row.id, "active": True, "what": "forced"})
        self._stand.rest()

    def _is_expected(self) -> bool:
        return self._is_in_time() or self._is_free()

    def _is_in_time(self) -> bool:
        return self._seconds() <= self._expected_until

    def _is_free(self) -> bool:
        """Nobody is asked here now, so a door that stands open is as it should be."""
        return self.mode is Mode.UNLOCKED or self.fire_active()

    def _exit_pressed(self, pressed: bool) -> None:
        if not pressed:
            return
        try:
            self.fire("", self.row.relay_ms)
        except DriverError as exc:
            log.error("exit.relay", access_point=self.row.number, error=str(exc))
        self._report("exit", {"ap": self.row.id})

    def _fire_changed(self, active: bool) -> None:
        with self._lock:
            try:
                if active or self.mode is Mode.UNLOCKED:
                    self._things.relay.hold()
                else:
                    self._things.relay.release()
            except DriverError as exc:
                log.error("fire.relay", access_point=self.row.number, error=str(exc))
            self._watch(is_open=bool(self.is_open()))
        self._report("fire", {"ap": self.row.id, "active": active})
        self._stand.rest(urgent=active)

    def _tamper_changed(self, active: bool) -> None:
        self._report("tamper", {"ap": self.row.id, "what": "case", "active": active})

    def _watch(self, *, is_open: bool) -> None:
        """Time a door that stands open and should not, from now on."""
        self._stop_timer()
        if is_open and not self._is_free():
            self._held = threading.Timer(self._held_seconds, self._still_open)
            self._held.daemon = True
            self._held.start()

    def _stop_timer(self) -> None:
        if self._held is not None:
            self._held.cancel()
            self._held = None

    def _still_open(self) -> None:
        """Held open: whoever follows the one who was let in walks in too, so this is the tailgating report."""
        with self._lock:
            self._held = None
        if self.is_open():
            self._report("held", {"ap": self.row.id, "seconds": int(self._held_seconds)})
