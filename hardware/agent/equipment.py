"""From the wiring in `gate.toml` to devices. A driver is imported only where it is named."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from access.domain.errors import InvalidInput
from hardware.agent.door import Equipment
from hardware.drivers.ports import Camera, CardReader, CodeScanner, Contact, DriverError, Relay

_RELAYS = {
    "gpio": ("hardware.drivers.gpio.pins", "GpioRelay"),
    "osdp": ("hardware.drivers.osdp.reader", "OsdpRelay"),
    "simulated": ("hardware.drivers.simulated.devices", "SimulatedRelay"),
}
_CONTACTS = {
    "gpio": ("hardware.drivers.gpio.pins", "GpioContact"),
    "simulated": ("hardware.drivers.simulated.devices", "SimulatedContact"),
}
_READERS = {
    "osdp": ("hardware.drivers.osdp.reader", "OsdpReader"),
    "wiegand": ("hardware.drivers.wiegand.reader", "WiegandReader"),
}
_SCANNERS = {
    "serial_scanner": ("hardware.drivers.serial_scanner.scanner", "SerialScanner"),
    "keyboard_scanner": ("hardware.drivers.keyboard_scanner.scanner", "KeyboardScanner"),
}
_CAMERAS = {"camera": ("hardware.drivers.camera.camera", "OpenCvCamera")}

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wired:
    """The devices of one access point."""

    equipment: Equipment
    readers: list[CardReader] = field(default_factory=list)
    scanners: list[CodeScanner] = field(default_factory=list)
    camera: Camera | None = None


def wire_up(number: int, table: Table) -> Wired:
    """Make the devices of access point `number`.

    Raises:
        InvalidInput: ``agent.wiring``: an unknown driver, a wrong setting, or a library that is not installed.
        DriverError: a device is not there.
    """
    readers, scanners = [], []
    for given in table.get("readers", []):
        if given.get("driver") in _SCANNERS:
            scanners.append(_make(number, "readers", given, _SCANNERS))
        else:
            readers.append(_make(number, "readers", given, _READERS))
    relay: Relay = _make(number, "relay", table["relay"], _RELAYS)
    return Wired(
        Equipment(
            relay=relay,
            contact=_contact(number, "contact", table),
            exit_button=_contact(number, "exit_button", table),
            fire_input=_contact(number, "fire_input", table),
            tamper=_contact(number, "tamper", table),
        ),
        readers,
        scanners,
        _make(number, "camera", table["camera"], _CAMERAS) if "camera" in table else None,
    )


def _contact(number: int, name: str, table: Table) -> Contact | None:
    return _make(number, name, table[name], _CONTACTS) if name in table else None


def _make(number: int, name: str, given: object, drivers: Mapping[str, tuple[str, str]]) -> Any:
    place = f"access_points.{number}.{name}"
    if not isinstance(given, dict) or given.get("driver") not in drivers:
        raise InvalidInput("agent.wiring", f"{place}: driver must be one of {', '.join(drivers)}")
    module, kind = drivers[given["driver"]]
    settings = {key: value for key, value in given.items() if key != "driver"}
    try:
        return getattr(importlib.import_module(module), kind)(**settings)
    except ImportError as exc:
        raise InvalidInput("agent.wiring", f"{place}: `{exc.name}` is not installed on this machine") from exc
    except TypeError as exc:
        raise InvalidInput("agent.wiring", f"{place}: {exc}") from exc
    except DriverError as exc:
        raise DriverError(f"{place}: {exc}") from exc
