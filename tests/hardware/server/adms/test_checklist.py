"""The adapter says what it does, what is missing and what it leaves out on purpose."""

from __future__ import annotations

import tomllib
from pathlib import Path


def test_the_adapter_has_an_honest_checklist() -> None:
    checklist = tomllib.loads(Path("hardware/server/adms/checklist.toml").read_text(encoding="utf-8"))
    items = checklist["item"]
    assert {item["state"] for item in items} == {"done", "todo", "exempt"}
    assert all(item.get("why") for item in items if item["state"] == "exempt")
    assert Path(checklist["tests"]).is_dir()
