"""The chain, its signed heads and its export: whatever is changed, removed or inserted is named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from access.domain.errors import InvalidInput, NotPermitted
from access.domain.times import DAY
from access.services import anchor_audit, export_audit, verify_audit
from adapters.db.database import PeeweeDatabase
from tests.estate import Place, TestHouse, newcomer, seed_estate


def run(wired: TestHouse, sql: str) -> None:
    """Somebody with the database's password."""
    database = wired.house.db
    assert isinstance(database, PeeweeDatabase)
    with database.handle.connection_context():
        database.handle.execute_sql(sql)


def three_days(wired: TestHouse, place: Place) -> int:
    """Rows and a head on each of three days; the newest row."""
    for name in ("alice", "bob", "carol"):
        newcomer(wired.house, place, name)
        assert anchor_audit.anchor(wired.house) == 1
        assert anchor_audit.anchor(wired.house) == 0
        wired.clock.advance(DAY)
    with wired.house.db.reading() as stores:
        return stores.audit.last_seq()


@pytest.mark.rule("L16")
def test_a_whole_chain_has_no_fault(wired: TestHouse, place: Place) -> None:
    last = three_days(wired, place)
    found = verify_audit.verify(wired.house)
    assert (found.rows, found.heads, found.faults) == (last, 3, ())


@pytest.mark.rule("L16")
@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE audit_entry SET actor = 'staff:other' WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET at = at + 1 WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET details = '{}' WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET details = '\"text\"' WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET at = 'never' WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET tag = x'ff00' WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET hash = x'ff00' WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET details = 'no json' WHERE seq = 4", "row 4: content was changed"),
        ("UPDATE audit_entry SET details = '{\"n\": 1e999}' WHERE seq = 4", "row 4: content was changed"),
        ('UPDATE audit_entry SET details = \'{"n": "\\ud800"}\' WHERE seq = 4', "row 4: content was changed"),
        ("DELETE FROM audit_entry WHERE seq = 4", "row 4: missing or out of order (found 5)"),
        (
            "UPDATE audit_entry SET hash = (SELECT hash FROM audit_entry WHERE seq = 3) WHERE seq = 4",
            "row 5: does not follow the row before it",
        ),
    ],
)
def test_a_changed_or_removed_row_is_named(wired: TestHouse, place: Place, sql: str, named: str) -> None:
    three_days(wired, place)
    run(wired, sql)
    assert named in verify_audit.verify(wired.house).faults


@pytest.mark.rule("L16")
def test_an_inserted_row_is_named(wired: TestHouse, place: Place) -> None:
    last = three_days(wired, place)
    run(
        wired,
        "INSERT INTO audit_entry (seq, at, actor, tag, subject, details, previous, hash) "
        f"SELECT {last + 1}, at, actor, tag, subject, details, hash, hash FROM audit_entry WHERE seq = {last}",
    )
    assert verify_audit.verify(wired.house).faults == (f"row {last + 1}: content was changed",)


@pytest.mark.rule("L16")
def test_a_tail_that_was_cut_off_is_named_by_the_head_over_it(wired: TestHouse, place: Place) -> None:
    last = three_days(wired, place)
    run(wired, f"DELETE FROM audit_entry WHERE seq > {last - 2}")
    (fault,) = verify_audit.verify(wired.house).faults
    assert fault.startswith(f"rows {last - 1} to {last}: removed; the head of ")


@pytest.mark.rule("L16")
def test_heads_kept_elsewhere_find_what_was_cut_off_with_its_heads(wired: TestHouse, place: Place) -> None:
    last = three_days(wired, place)
    kept = anchor_audit.heads(wired.house)
    run(wired, f"DELETE FROM audit_entry WHERE seq > {last - 2}")
    run(wired, f"DELETE FROM audit_head WHERE seq > {last - 2}")
    assert verify_audit.verify(wired.house).faults == ()
    (fault,) = verify_audit.verify(wired.house, kept).faults
    assert "removed" in fault


@pytest.mark.rule("L16")
def test_a_head_cannot_be_made_up(wired: TestHouse, place: Place) -> None:
    three_days(wired, place)
    run(wired, "UPDATE audit_head SET seq = seq - 1 WHERE day = '2026-09-22'")
    faults = verify_audit.verify(wired.house).faults
    assert "head of 2026-09-22: its signature does not hold" in faults
    (head, *_) = anchor_audit.heads(wired.house)
    faults = verify_audit.verify(wired.house, [replace(head, signature="zz")]).faults
    assert "head of 2026-09-21: its signature does not hold" in faults


def test_a_chain_written_anew_from_the_start_does_not_fit_its_heads(wired: TestHouse, place: Place) -> None:
    three_days(wired, place)
    kept = anchor_audit.heads(wired.house)
    run(wired, "DELETE FROM audit_entry")
    run(wired, "DELETE FROM audit_head")
    for n in range(30):
        with wired.house.db.transaction() as stores:
            stores.audit.append("job", "job:made:up", str(n), {}, wired.clock.now())
    faults = verify_audit.verify(wired.house, kept).faults
    assert any(fault.endswith("covers") and "is not the one" in fault for fault in faults)


def lines_of(wired: TestHouse, place: Place) -> list[str]:
    return list(export_audit.export(wired.house, place.audit.staff))


def test_an_export_is_for_the_audit_role_alone_and_stands_in_the_chain(wired: TestHouse, place: Place) -> None:
    for new in (place.operations, place.security):
        with pytest.raises(NotPermitted):
            export_audit.export(wired.house, new.staff)
    assert json.loads(lines_of(wired, place)[-2])["tag"] == "staff:audit:export"


@pytest.mark.rule("L16")
def test_an_export_is_signed_and_every_change_is_refused(wired: TestHouse, place: Place) -> None:
    three_days(wired, place)
    lines, key = lines_of(wired, place), anchor_audit.public_key(wired.house)
    assert export_audit.check(lines, key) == len(lines) - 1
    changed = lines[3].replace('"seq": 4', '"seq": 4, "more": 1')
    for bad, code in (
        (lines[:-1], "export.signature"),
        ([*lines[:-2], lines[-1]], "export.signature"),
        ([*lines[:2], *lines[3:]], "export.chain"),
        ([*lines[:3], lines[3].replace("staff:", "stuff:"), *lines[4:]], "export.chain"),
        ([*lines[:3], changed, *lines[4:]], "export.form"),
        ([*lines, lines[0]], "export.form"),
        (["nothing"], "export.form"),
        (["[]"], "export.form"),
        ([], "export.signature"),
    ):
        with pytest.raises(InvalidInput) as refused:
            export_audit.check(bad, key)
        assert refused.value.code == code
    with pytest.raises(InvalidInput):
        export_audit.check(lines, bytes(32))


@pytest.mark.parametrize(
    "changed",
    [
        {"at": 10**40},
        {"at": float("inf")},
        {"details": "text"},
        {"details": {"n": float("nan")}},
        {"actor": "\ud800"},
        {"seq": "4"},
        {"hash": None},
    ],
)
def test_a_row_of_an_export_that_no_chain_could_hold_is_refused_not_a_fault_of_ours(
    wired: TestHouse, place: Place, changed: dict[str, object]
) -> None:
    lines, key = lines_of(wired, place), anchor_audit.public_key(wired.house)
    bad = json.dumps({**json.loads(lines[3]), **changed})
    with pytest.raises(InvalidInput) as refused:
        export_audit.check([*lines[:3], bad, *lines[4:]], key)
    assert refused.value.code in {"export.chain", "export.form"}
    with pytest.raises(InvalidInput):
        export_audit.check(["[" * 100_000], key)


def test_another_estates_rows_keep_their_place_and_say_nothing(wired: TestHouse, place: Place) -> None:
    elsewhere = seed_estate(wired.house, 2)
    lines = lines_of(wired, place)
    assert not any(elsewhere.estate.id in line for line in lines)
    assert any(place.estate.id in line for line in lines)
    assert export_audit.check(lines, anchor_audit.public_key(wired.house)) == len(lines) - 1
