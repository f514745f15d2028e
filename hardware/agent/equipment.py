"""From the wiring in `gate.toml` to devices. A driver is imported only where it is named."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_type_hints

from access.domain.errors import InvalidInput
from hardware.agent.door import Equipment
from hardware.agent.screen import Screens
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
_TELLING = frozenset({"osdp"})
"""Readers with a light and a buzzer of their own."""
_CAMERAS = {"camera": ("hardware.drivers.camera.camera", "OpenCvCamera")}
_TYPES = {str: "a text", int: "a whole number", bool: "true or false"}

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
    readers, scanners, screens = [], [], []
    for given in table.get("readers", []):
        if given.get("driver") in _SCANNERS:
            scanners.append(_make(number, "readers", given, _SCANNERS))
            continue
        reader = _make(number, "readers", given, _READERS)
        readers.append(reader)
        if given["driver"] in _TELLING:
            screens.append(reader)
    relay: Relay = _make(number, "relay", table["relay"], _RELAYS)
    return Wired(
        Equipment(
            relay=relay,
            contact=_contact(number, "contact", table),
            exit_button=_contact(number, "exit_button", table),
            fire_input=_contact(number, "fire_input", table),
            tamper=_contact(number, "tamper", table),
            screen=Screens(screens) if screens else None,
        ),
        readers,
        scanners,
        _make(number, "camera", table["camera"], _CAMERAS) if "camera" in table else None,
    )


def look_over(number: int, table: Table) -> None:
    """The same without opening anything: drivers, settings, libraries, and that each path is there.

    Raises:
        InvalidInput, DriverError: as `wire_up`.
    """
    for given in table.get("readers", []):
        known = _SCANNERS if given.get("driver") in _SCANNERS else _READERS
        _make(number, "readers", given, known, opened=False)
    kinds = {"relay": _RELAYS, "camera": _CAMERAS}
    for name in table.keys() - {"readers"}:
        _make(number, name, table[name], kinds.get(name, _CONTACTS), opened=False)


def _contact(number: int, name: str, table: Table) -> Contact | None:
    return _make(number, name, table[name], _CONTACTS) if name in table else None


def _make(
    number: int, name: str, given: object, drivers: Mapping[str, tuple[str, str]], *, opened: bool = True
) -> Any:
    place = f"access_points.{number}.{name}"
    if not isinstance(given, dict) or given.get("driver") not in drivers:
        raise InvalidInput("agent.wiring", f"{place}: driver must be one of {', '.join(drivers)}")
    kind = _kind(place, *drivers[given["driver"]])
    settings = {key: value for key, value in given.items() if key != "driver"}
    _check_settings(place, given["driver"], kind, settings)
    if not opened:
        return _check_paths(place, settings)
    try:
        return kind(**settings)
    except DriverError as exc:
        raise DriverError(f"{place}: {exc}") from exc


def _kind(place: str, module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError as exc:
        raise InvalidInput("agent.wiring", f"{place}: `{exc.name}` is not installed on this machine") from exc


def _check_settings(place: str, driver: str, kind: Any, settings: Table) -> None:
    """By the driver's own signature: a number where a path belongs would be taken for an open file."""
    signature = inspect.signature(kind)
    try:
        signature.bind(**settings)
    except TypeError as exc:
        takes = ", ".join(signature.parameters) or "no settings"
        raise InvalidInput("agent.wiring", f"{place}: {driver} takes {takes}: {exc}") from exc
    types = get_type_hints(kind.__init__)
    for name, value in settings.items():
        allowed = get_args(types[name]) or (types[name],)
        if type(value) not in allowed:
            wanted = " or ".join(_TYPES[one] for one in allowed)
            raise InvalidInput("agent.wiring", f"{place}: {name} must be {wanted}")


def _check_paths(place: str, settings: Table) -> None:
    for value in settings.values():
        if isinstance(value, str) and value.startswith("/") and not Path(value).exists():
            raise DriverError(f"{place}: {value} is not there")
