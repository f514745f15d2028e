"""The references' store at a gate: sealed, one key a person, gone when erased, never another gate's."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from hardware.agent.edge_store import FILE, KEY_FILE, EdgeStore, KeptFace, is_there

REFERENCE = b"KFR1" + bytes(range(200))
GATE = "a1" * 8


def face(name: str, expires_at: int = 100) -> KeptFace:
    return KeptFace(name * 16, f"person-{name}", "fake-1", 1, expires_at)


@pytest.mark.rule("L9")
def test_what_stands_on_the_disk_is_sealed_and_the_agent_s_alone(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, GATE)
    store.put(face("a"), [REFERENCE, REFERENCE[::-1]])
    assert store.references("a" * 16) == [REFERENCE, REFERENCE[::-1]]
    store.close()
    assert REFERENCE[4:40] not in (tmp_path / FILE).read_bytes()
    for name in (FILE, KEY_FILE):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert is_there(tmp_path)


@pytest.mark.rule("L12")
def test_erasing_takes_the_person_s_key_off_the_disk(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, GATE)
    store.put(face("a"), [REFERENCE])
    store.put(face("b"), [REFERENCE])
    with sqlite3.connect(tmp_path / FILE) as other:
        keys = dict(other.execute("SELECT id, wrapped_key FROM faces"))
    assert store.erase_person("person-a") == 1
    assert store.references("a" * 16) == []
    assert store.references("b" * 16) == [REFERENCE]
    store.close()
    left = (tmp_path / FILE).read_bytes()
    assert keys["a" * 16] not in left
    assert keys["b" * 16] in left


@pytest.mark.rule("L6")
def test_the_end_of_the_consent_is_kept_with_the_reference(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, GATE)
    store.put(face("a", 50), [REFERENCE])
    store.put(face("b", 100), [REFERENCE])
    assert store.erase_expired(49) == 0
    assert store.erase_expired(50) == 1
    assert [one.id for one in store.kept()] == ["b" * 16]


def test_a_person_has_one_face_here(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, GATE)
    store.put(face("a"), [REFERENCE])
    store.put(KeptFace("c" * 16, "person-a", "fake-1", 2, 100), [REFERENCE])
    assert [one.id for one in store.kept()] == ["c" * 16]


@pytest.mark.parametrize("gone", [KEY_FILE, FILE])
def test_without_its_key_or_with_a_damaged_file_nothing_is_left_to_read(tmp_path: Path, gone: str) -> None:
    store = EdgeStore(tmp_path, GATE)
    store.put(face("a"), [REFERENCE])
    turn = store.transform_key
    store.close()
    if gone == KEY_FILE:
        (tmp_path / KEY_FILE).unlink()
    else:
        (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    again = EdgeStore(tmp_path, GATE)
    assert again.kept() == []
    assert again.transform_key != turn
    again.put(face("b"), [REFERENCE])
    assert again.references("b" * 16) == [REFERENCE]


@pytest.mark.rule("L24")
def test_references_of_two_gates_stand_under_different_turns(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert EdgeStore(tmp_path / "one", GATE).transform_key != EdgeStore(tmp_path / "two", GATE).transform_key


def test_a_row_moved_to_another_name_does_not_open(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path, GATE)
    store.put(face("a"), [REFERENCE])
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("UPDATE faces SET id = ?", ("d" * 16,))
    assert store.references("d" * 16) == []
    assert store.kept() == []
