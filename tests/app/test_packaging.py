"""Whatever a package reads besides its code goes along into the wheel."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]


def kept(rooms: set[str]) -> set[str]:
    """Files under version control in these rooms, except code."""
    listed = subprocess.run(
        ["git", "ls-files", *sorted(rooms)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.splitlines() if not name.endswith((".py", ".md"))}


def test_every_data_file_is_declared_and_every_declaration_finds_one() -> None:
    declared = SETUP["setuptools"]["package-data"]
    found: set[str] = set()
    for package, patterns in declared.items():
        folder = ROOT / package.replace(".", "/")
        for pattern in patterns:
            files = {str(path.relative_to(ROOT)) for path in folder.glob(pattern) if path.is_file()}
            assert files, (package, pattern)
            found |= files
    assert kept(set(SETUP["importlinter"]["root_packages"])) <= found
