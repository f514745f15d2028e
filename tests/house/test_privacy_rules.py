"""Rules of the promise that types cannot hold: one door to personal fields, closed lists, no bulk, no live path."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.domain.disclosure import Field
from access.domain.reading import ReadPurpose
from adapters.db.inventory import Kind, inventory
from adapters.db.schema import row_classes

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("access", "adapters", "app", "bot", "console", "hardware", "jobs", "miniapp_api", "pages")
DOOR = "access/services/personal_data.py"
FACE_DOORS = {"access/services/gallery.py", "access/services/face_work.py"}
"""Where face samples and references are opened: for the face process, and for encoding. Nothing shows them."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def callers(name: str) -> set[str]:
    """Files that name an attribute or function, its definition apart."""
    return {path for path, tree in sources() for node in ast.walk(tree) if _named(node) == name}


def makers(name: str) -> set[str]:
    """Files that make an object of a class."""
    return {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _named(node.func) == name
    }


@pytest.mark.rule("L9", "L13")
def test_personal_fields_are_opened_through_one_door() -> None:
    assert callers("open_identity") == {DOOR}


@pytest.mark.rule("L13", "L15")
def test_faces_are_opened_for_encoding_and_matching_alone() -> None:
    assert callers("open_face") == FACE_DOORS


@pytest.mark.rule("L13")
def test_keys_are_not_gone_around() -> None:
    """Only the keyring and the keys' own room unwrap a person's key."""
    assert callers("unwrap") <= {"access/services/keyring.py", "adapters/keys/file_keys.py"}


@pytest.mark.rule("L13")
def test_every_reading_names_a_purpose_of_the_closed_list() -> None:
    """`Reader(…)` is given a member of `ReadPurpose`, or a variable that is typed as one; never a text."""
    members = {purpose.name for purpose in ReadPurpose}
    for path, tree in sources():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "ReadPurpose"
            ):
                assert node.attr in members, path
            if isinstance(node, ast.Call) and _named(node.func) == "Reader":
                assert not any(isinstance(part, ast.Constant) for part in node.args[1:2]), path


@pytest.mark.rule("L9", "L13")
def test_every_column_says_what_it_is_whose_why_and_how_long() -> None:
    known = {(line.table, line.column) for line in inventory()}
    columns = {
        (row._meta.table_name, field.column_name) for row in row_classes() for field in row._meta.sorted_fields
    }
    assert columns - known == set()
    personal = [line for line in inventory() if line.kind in {Kind.PERSONAL, Kind.SEALED, Kind.BIOMETRIC}]
    assert personal
    assert all(line.keep and line.erased and line.why for line in personal)


@pytest.mark.rule("L14")
def test_no_bulk_import_of_consent_exists() -> None:
    """Answers are written in one place, for one person and one purpose at a time."""
    assert makers("Consent") == {"access/services/consents.py"}
    asking = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and _named(node.value) in {"consents", "guardians"}
        and node.attr in {"answer", "settle", "answer_for_child"}
    }
    assert asking
    assert not {path for path in asking if path.startswith(("console", "app", "jobs", "hardware"))}
    words = re.compile(r"(import|bulk|batch|all)_consent|consents?_(import|bulk|batch)")
    assert not [path for path, tree in sources() for node in ast.walk(tree) if _defined(node, words)]


@pytest.mark.rule("P1", "L15")
def test_nothing_offers_a_bulk_or_live_path_to_an_authority() -> None:
    words = re.compile(r"watch_?list|live_?feed|blacklist|standing_access|export_(all|faces|everyone)|search_face")
    assert not [path for path, tree in sources() for node in ast.walk(tree) if _defined(node, words)]
    tables = {row._meta.table_name for row in row_classes()}
    assert not [table for table in tables if words.search(table)]
    assert {field.value for field in Field} == {"entries", "name", "household"}


@pytest.mark.rule("L15")
def test_references_leave_the_stores_for_counting_sealing_and_the_face_process_alone() -> None:
    readers = callers("references_of_estate") | callers("references_of")
    assert {path for path in readers if not path.startswith("adapters/db")} == {
        "access/services/enrol.py",
        "access/services/gallery.py",
        "access/services/my_data.py",
        "access/services/retention.py",
    }


def _named(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _defined(node: ast.AST, words: re.Pattern[str]) -> bool:
    named = isinstance(node, ast.FunctionDef | ast.ClassDef) and words.search(node.name.lower())
    return bool(named)
