"""What stands in the database, byte for byte, and what stays in it for good."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from access.domain.reading import ReadPurpose
from access.domain.times import DAY
from access.services import anchor_audit, invite_visitor, manage_cards, personal_data, verify_audit
from adapters.db.database import PeeweeDatabase
from jobs.worker import duties
from tests.estate import Place, TestHouse
from tests.fakes import picture
from tests.services.face_life import settle, with_face

HALF_A_YEAR = 183 * DAY


def database_of(wired: TestHouse) -> PeeweeDatabase:
    assert isinstance(wired.house.db, PeeweeDatabase)
    return wired.house.db


def bytes_of(folder: Path) -> bytes:
    """The database's file and whatever SQLite has beside it."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("kaimen.db*")))


@pytest.mark.rule("L9")
def test_no_personal_field_stands_in_the_clear_in_the_file(wired: TestHouse, place: Place, tmp_path: Path) -> None:
    alice = with_face(wired, place, "欧阳青禾")
    manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C3D4")
    now = wired.clock.now()
    invite_visitor.invite(wired.house, alice, invite_visitor.Wish(place.estate.id, "上官来访", now, now + DAY))
    database_of(wired).close()
    kept = bytes_of(tmp_path)
    assert alice.encode() in kept  # ids are there, so this reads what it means to read
    with wired.house.db.reading() as stores:
        (reference, *_) = stores.faces.references_of(alice, place.estate.id)
        plain = wired.house.keyring.open_face(stores, alice, place.estate.id, reference.sealed)
    for hidden in (
        "欧阳青禾".encode(),
        "上官来访".encode(),
        b"openid-of-",
        b"04A1B2C3D4",
        picture("欧阳青禾")[:200],
    ):
        assert hidden not in kept
    assert plain not in kept
    assert place.operations.totp_secret.encode() not in kept
    assert place.operations.password.encode() not in kept


@pytest.mark.rule("L4")
def test_faces_stand_apart_from_names(wired: TestHouse, place: Place, tmp_path: Path) -> None:
    """No table holds both, and a face is not opened by the key that opens the name."""
    alice = with_face(wired, place, "alice")
    with closing(sqlite3.connect(tmp_path / "kaimen.db")) as raw:
        tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {table: {row[1] for row in raw.execute(f'PRAGMA table_info("{table}")')} for table in tables}
        kinds = {kind for (kind,) in raw.execute("SELECT kind FROM person_key WHERE person_id = ?", (alice,))}
        (samples,) = raw.execute("SELECT count(*) FROM enrolment_sample").fetchone()
    names = {table for table, has in columns.items() if has & {"name_sealed", "phone_sealed", "openid_sealed"}}
    faces = {table for table in tables if "face" in table or "sample" in table}
    assert names >= {"person", "account"}
    assert faces >= {"face_reference", "enrolment_sample"}
    assert not names & faces
    assert kinds == {"identity", "face"}
    assert samples == 0  # no picture as taken stays


@pytest.mark.rule("L16", "L20")
def test_the_chain_and_the_look_ups_outlive_every_periodic_duty(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    reader = personal_data.Reader(
        f"staff:{place.operations.staff.id}", ReadPurpose.MANAGE_RESIDENTS, wired.clock.now()
    )
    with wired.house.db.transaction() as stores:
        personal_data.read(stores, wired.house.keyring, [alice], reader)
        before = stores.audit.page(0, 10_000)
    anchor_audit.anchor(wired.house)
    for _ in range(3):
        wired.clock.advance(HALF_A_YEAR)
        for duty in duties(wired.house).values():
            duty()
        settle(wired)
    with wired.house.db.reading() as stores:
        assert stores.audit.page(0, len(before)) == before
        assert any(look.reader == reader.who for look in stores.audit.looks_of(alice, 100))
    assert verify_audit.verify(wired.house).faults == ()
