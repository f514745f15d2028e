"""Each driver says what it does, what is missing and what it leaves out on purpose."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from hardware.agent import equipment

_DRIVERS = Path("hardware/drivers")
_FOLDERS = sorted(path.parent.name for path in _DRIVERS.glob("*/__init__.py"))


@pytest.mark.parametrize("folder", _FOLDERS)
def test_a_driver_has_an_honest_checklist(folder: str) -> None:
    checklist = tomllib.loads((_DRIVERS / folder / "checklist.toml").read_text(encoding="utf-8"))
    assert checklist["title"]
    items = checklist["item"]
    assert {item["state"] for item in items} <= {"done", "todo", "exempt"}
    assert any(item["state"] == "done" for item in items)
    assert all(item.get("why") for item in items if item["state"] == "exempt")
    assert Path(checklist["tests"]).exists()


def test_every_driver_that_can_be_wired_exists() -> None:
    tables = (equipment._RELAYS, equipment._CONTACTS, equipment._READERS, equipment._SCANNERS, equipment._CAMERAS)
    for table in tables:
        for module, kind in table.values():
            assert callable(getattr(importlib.import_module(module), kind))
