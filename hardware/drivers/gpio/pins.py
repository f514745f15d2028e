"""Relay and inputs on a Raspberry Pi's or similar board's GPIO, through gpiozero. Pins are BCM numbers."""

from __future__ import annotations

from collections.abc import Callable

import gpiozero

from hardware.drivers.ports import DriverError

_BOUNCE_SECONDS = 0.02


class GpioRelay:
    """A relay board's input; energised means unlocked. At power-off and at exit it is released."""

    def __init__(self, pin: int, active_high: bool = True) -> None:
        """Raises DriverError."""
        try:
            self._pin = gpiozero.DigitalOutputDevice(pin, active_high=active_high, initial_value=False)
        except gpiozero.GPIOZeroError as exc:
            raise DriverError(f"GPIO {pin}: {exc}") from exc

    def pulse(self, milliseconds: int) -> None:
        """gpiozero's own thread releases it; a second pulse starts the time anew."""
        self._switch(lambda: self._pin.blink(on_time=milliseconds / 1000, off_time=0, n=1, background=True))

    def hold(self) -> None:
        self._switch(self._pin.on)

    def release(self) -> None:
        self._switch(self._pin.off)

    def _switch(self, act: Callable[[], None]) -> None:
        try:
            act()
        except gpiozero.GPIOZeroError as exc:
            raise DriverError(f"GPIO {self._pin.pin}: {exc}") from exc


class GpioContact:
    """A dry contact between a pin and ground, with the board's pull-up.

    A cut wire reads as an open circuit: wire a fire input and a door contact so that "open" is the active state,
    then a cut wire frees the door or reports it open, and never the other way round.
    """

    def __init__(self, pin: int, active_when: str = "closed") -> None:
        """`active_when`: ``closed`` (exit button) or ``open`` (door contact, fire loop). Raises DriverError."""
        if active_when not in ("open", "closed"):
            raise DriverError(f"GPIO {pin}: active_when is open or closed, not {active_when}")
        self._inverted = active_when == "open"
        try:
            self._pin = gpiozero.DigitalInputDevice(pin, pull_up=True, bounce_time=_BOUNCE_SECONDS)
        except gpiozero.GPIOZeroError as exc:
            raise DriverError(f"GPIO {pin}: {exc}") from exc

    def active(self) -> bool:
        return bool(self._pin.value) != self._inverted

    def on_change(self, listener: Callable[[bool], None]) -> None:
        self._pin.when_activated = lambda: listener(not self._inverted)
        self._pin.when_deactivated = lambda: listener(self._inverted)
