"""All simulated devices of one access point."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardware.drivers.simulated.devices import (
    SimulatedCamera,
    SimulatedContact,
    SimulatedReader,
    SimulatedRelay,
    SimulatedScreen,
)


@dataclass(frozen=True, slots=True)
class SimulatedTerminal:
    relay: SimulatedRelay = field(default_factory=SimulatedRelay)
    contact: SimulatedContact = field(default_factory=SimulatedContact)
    exit_button: SimulatedContact = field(default_factory=SimulatedContact)
    fire_input: SimulatedContact = field(default_factory=SimulatedContact)
    tamper: SimulatedContact = field(default_factory=SimulatedContact)
    reader: SimulatedReader = field(default_factory=SimulatedReader)
    camera: SimulatedCamera = field(default_factory=SimulatedCamera)
    screen: SimulatedScreen = field(default_factory=SimulatedScreen)
