"""`gate.toml` as people write it: every mistake is named with its place, before a device is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from access.domain.errors import InvalidInput
from hardware.agent import config, doctor
from hardware.agent.config import GateConfig
from hardware.agent.equipment import look_over, wire_up
from hardware.agent.runner import options
from hardware.drivers.ports import DriverError
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator

_HEAD = 'server = "https://gate.example"\n'
_RELAY = '[access_points.1]\nrelay = { driver = "simulated" }\n'


def _load(data: Path, text: str) -> GateConfig:
    (data / "gate.toml").write_text(text, encoding="utf-8")
    found = config.load(data)
    options(data, found)
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("options = 5\n" + _HEAD + _RELAY, "options is a table"),
        (_HEAD + _RELAY + "[options]\nbuffer_limit = inf\n", "options.buffer_limit must be a number"),
        (_HEAD + _RELAY + "[options]\nquick_seconds = nan\n", "options.quick_seconds must be a number"),
        (_HEAD + _RELAY + "[options]\nbuffer_limit = 0.5\n", "buffer_limit must be at least 1"),
        (_HEAD + _RELAY + "[options]\nheld_seconds = 2000000\n", "at most 1,000,000"),
        (_HEAD + _RELAY + 'readers = "osdp"\n', "access_points.1: readers"),
        (_HEAD + _RELAY + 'readers = { driver = "wiegand" }\n', "access_points.1: readers"),
        (_HEAD + _RELAY + 'readers = ["wiegand"]\n', "access_points.1: readers"),
        ("access_points = 5\n" + _HEAD, "access_points must be tables"),
        (_HEAD + "[access_points.1]\n", "needs a relay"),
        (
            _HEAD + "[[door]]\nnumber = 1\n",
            "unknown door; known are access_points, edge_face, link, options, ",
        ),
        (_HEAD + _RELAY + "lamp = {}\n", "unknown lamp; known are camera, contact, exit_button, "),
    ],
)
def test_a_mistake_is_named(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as wrong:
        _load(tmp_path, text)
    assert said in wrong.value.message


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        ({"driver": "keyboard_scanner", "device": 5}, "device must be a text"),
        ({"driver": "serial_scanner", "port": "/dev/null", "baud": "fast"}, "baud must be a whole number"),
        ({"driver": "serial_scanner", "port": "/dev/null", "baud": True}, "baud must be a whole number"),
        ({"driver": "serial_scanner"}, "port"),
        ({"driver": "wiegand", "data0": 1, "data1": 2, "data2": 3}, "data2"),
        ({"driver": "wiegand", "d0": 1, "d1": 2}, "wiegand takes data0, data1"),
        ({"driver": "crystal ball"}, "driver must be one of"),
        ({}, "driver must be one of"),
    ],
)
@pytest.mark.parametrize("look", [look_over, wire_up])
def test_a_setting_of_the_wrong_kind_is_named(
    look: Callable[[int, dict[str, object]], object], reader: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        look(1, {"relay": {"driver": "simulated"}, "readers": [reader]})
    assert (said in wrong.value.message, "access_points.1.readers" in wrong.value.message) == (True, True)


def test_a_device_that_is_not_plugged_in_is_named(tmp_path: Path) -> None:
    reader = {"driver": "serial_scanner", "port": str(tmp_path / "scanner")}
    table = {"relay": {"driver": "simulated"}, "readers": [reader]}
    with pytest.raises(DriverError, match="scanner is not there"):
        look_over(1, table)
    (tmp_path / "scanner").touch()
    look_over(1, table)


def test_the_doctor_looks_at_every_door(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path):
        reader = 'readers = [{ driver = "serial_scanner", port = "/no/port" }]\n'
        address = f'server = "{simulator.url}"\n'
        (tmp_path / "gate.toml").write_text(address + _RELAY + reader, encoding="utf-8")
        found = {finding.subject: finding for finding in doctor.examine(tmp_path)}
        assert (found["door 1"].ok, "/no/port is not there" in found["door 1"].words) == (False, True)
        assert (found["door 2"].ok, "add [access_points.2]" in found["door 2"].words) == (False, True)
        wired = _RELAY + 'contact = { driver = "simulated" }\n' + _RELAY.replace(".1]", ".2]")
        (tmp_path / "gate.toml").write_text(address + wired, encoding="utf-8")
        found = {finding.subject: finding for finding in doctor.examine(tmp_path)}
        assert found["door 1"].words == "contact simulated, relay simulated"
        assert found["door 2"].ok
