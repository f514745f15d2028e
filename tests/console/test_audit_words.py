"""The audit page in words: every tag that the code writes into the chain has some, and none has words in vain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from access.domain.staff import StaffRole
from console.words_audit import WORDS, deed
from tests.console.conftest import Office
from tests.console.scene import play

ROOT = Path(__file__).parents[2]
ROOMS = ("access", "adapters", "app", "hardware/server", "jobs")
TAG = re.compile(r"[a-z_]+(:[a-z_]+)+")


def patterns() -> Iterator[str]:
    """A pattern for each text of the code that is an audit tag, or is put together to one."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield from of(node)


def of(node: ast.AST) -> Iterator[str]:
    is_row = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append"
    if is_row and isinstance(node, ast.Call) and "audit" in ast.unparse(node.func) and len(node.args) > 1:
        tag = node.args[1]
        if isinstance(tag, ast.Constant):
            yield re.escape(str(tag.value))
        if isinstance(tag, ast.JoinedStr):
            yield "".join(
                re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in tag.values
            )
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in WORDS:
        yield re.escape(node.value)


def test_every_tag_of_the_code_has_words_and_no_words_are_left_over() -> None:
    found = set(patterns())
    assert len(found) > 60
    without = [one for one in found if not any(re.fullmatch(one, tag) for tag in WORDS)]
    assert without == []
    assert [tag for tag in WORDS if not any(re.fullmatch(one, tag) for one in found)] == []
    assert all(TAG.fullmatch(tag) for tag in WORDS)


def test_the_day_of_an_estate_is_read_in_words(office: Office) -> None:
    """Tags that are put together where they are written: those of a played day."""
    play(office.wired, office.place)
    page = office.signed_in(StaffRole.AUDIT).get("/console/audit").text
    with office.wired.house.db.reading() as stores:
        tags = {entry.tag for entry in stores.audit.page(0, 1000)}
    assert [tag for tag in tags if deed(tag) is None] == []
    assert page.index("查看审计记录") < page.index("audit chain read")
    assert "<code>staff:audit:read</code>" in page
