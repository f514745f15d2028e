"""Every package that is asked for has its why on the page, and what only came along is not taken for one."""

from __future__ import annotations

import re

import pytest

from tests.house.test_house_rules import ROOT

PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LISTS = ("server", "agent", "agent-face", "pkcs11", "dev", "fuzz", "osdp-peer")


def asked_for(listed: str) -> list[str]:
    """The packages that one list asks for itself."""
    lines = (ROOT / "requirements" / f"{listed}.in").read_text(encoding="utf-8").splitlines()
    return [found.group() for line in lines if (found := NAME.match(line))]


def is_named(package: str, page: str) -> bool:
    """The page names the package, as a word of its own; stubs go by their family's name."""
    wanted = "types-*" if package.startswith("types-") else package
    return re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", page, re.IGNORECASE) is not None


@pytest.mark.parametrize("listed", LISTS)
def test_every_package_asked_for_has_its_why(listed: str) -> None:
    packages = asked_for(listed)
    assert packages
    assert [one for one in packages if not is_named(one, PAGE)] == []


def test_every_list_is_compared() -> None:
    kept = {path.stem for path in (ROOT / "requirements").glob("*.in")}
    assert kept == set(LISTS)


def test_the_gates_own_networks_have_a_part_of_their_own() -> None:
    part = PAGE.partition("## A gate that matches faces itself")[2].partition("\n## ")[0]
    assert [one for one in asked_for("agent-face") if not is_named(one, part)] == []


def test_a_name_within_another_is_not_that_package() -> None:
    assert not is_named("redis", "fakeredis")
    assert not is_named("numpy", "numpy-stubs")
    assert is_named("base45", "httpx, base45 (pass texts)")
