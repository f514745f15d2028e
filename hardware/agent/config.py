"""`gate.toml` in the data folder: where the server is, and what is wired to each access point.

server = "https://kaimen.example"
link = "https://kaimen.example"

[access_points.1]                                   # the access point's number
relay = { driver = "gpio", pin = 17 }
contact = { driver = "gpio", pin = 27 }
fire_input = { driver = "gpio", pin = 22, active_when = "open" }
readers = [{ driver = "serial_scanner", port = "/dev/ttyACM0" }]

[edge_face]                                         # left out where faces are not matched at this gate
models = "/var/lib/kaimen-agent/models"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access.domain.errors import InvalidInput
from hardware.agent.identity import write_private

FILE = "gate.toml"
_INPUTS = frozenset({"contact", "exit_button", "fire_input", "tamper"})
_KNOWN = _INPUTS | {"relay", "readers", "camera"}
_KNOWN_ABOVE = frozenset({"server", "link", "access_points", "options", "edge_face"})
_MOST = 1_000_000
"""Of any option: seconds, or events."""

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GateConfig:
    """Contents of `gate.toml`.

    Attributes:
        access_points: wiring by the access point's number.
        options: further fields of `hardware.agent.options.AgentOptions`, as numbers.
        edge_models: folder of the network files for matching faces at this gate; empty where that is not wanted.
    """

    server: str
    link: str
    access_points: dict[int, Table]
    options: dict[str, float]
    edge_models: str = ""


def load(data: Path) -> GateConfig:
    """Read `gate.toml`. Raises InvalidInput (``agent.config``) that says what is wrong and where."""
    path = data / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise InvalidInput("agent.config", f"{path} is missing: run `kaimen-agent claim` first") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise InvalidInput("agent.config", f"{path}: {exc}") from exc
    unknown = set(table) - _KNOWN_ABOVE
    if unknown:
        raise InvalidInput("agent.config", f"{path}: {_unknown(unknown, _KNOWN_ABOVE)}")
    server = _text(path, table, "server")
    return GateConfig(
        server=server,
        link=_text(path, table, "link") if "link" in table else server,
        access_points={
            _number(path, key): _wiring(path, key, value) for key, value in _points(path, table).items()
        },
        options={name: _amount(path, name, value) for name, value in _options(path, table).items()},
        edge_models=_edge_models(path, table),
    )


def write_first(data: Path, server: str, link: str) -> bool:
    """Write a `gate.toml` with the addresses, unless there is one. True when written."""
    if (data / FILE).exists():
        return False
    text = f'server = "{server}"\nlink = "{link}"\n\n# What is wired to each access point, by its number:\n'
    text += '# [access_points.1]\n# relay = { driver = "gpio", pin = 17 }\n'
    write_private(data / FILE, text.encode())
    return True


def _points(path: Path, table: Table) -> Table:
    points = table.get("access_points", {})
    if not isinstance(points, dict):
        raise InvalidInput("agent.config", f"{path}: access_points must be tables, such as [access_points.1]")
    return points


def _options(path: Path, table: Table) -> Table:
    given = table.get("options", {})
    if not isinstance(given, dict):
        raise InvalidInput("agent.config", f"{path}: options is a table, [options]")
    return given


def _wiring(path: Path, key: str, value: object) -> Table:
    if not isinstance(value, dict) or "relay" not in value:
        raise InvalidInput("agent.config", f"{path}: access_points.{key} needs a relay")
    unknown = set(value) - _KNOWN
    if unknown:
        raise InvalidInput("agent.config", f"{path}: access_points.{key}: {_unknown(unknown, _KNOWN)}")
    readers = value.get("readers", [])
    if not isinstance(readers, list) or not all(isinstance(reader, dict) for reader in readers):
        raise InvalidInput("agent.config", f"{path}: access_points.{key}: readers = [{{ driver = … }}]")
    return value


def _unknown(given: Iterable[str], known: Iterable[str]) -> str:
    return f"unknown {', '.join(sorted(given))}; known are {', '.join(sorted(known))}"


def _edge_models(path: Path, table: Table) -> str:
    edge = table.get("edge_face")
    if edge is None:
        return ""
    if not isinstance(edge, dict) or set(edge) != {"models"}:
        raise InvalidInput("agent.config", f'{path}: [edge_face] has one line, models = "/a/folder"')
    return _text(path, edge, "models")


def _number(path: Path, key: str) -> int:
    if not key.isdecimal():
        raise InvalidInput("agent.config", f"{path}: access_points.{key}: use the access point's number")
    return int(key)


def _text(path: Path, table: Table, name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInput("agent.config", f'{path}: {name} = "https://…" is missing')
    return value


def _amount(path: Path, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MOST:
        raise InvalidInput("agent.config", f"{path}: options.{name} must be a number above 0, at most {_MOST:,}")
    return float(value)
