"""An old backup does not bring back what was erased."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from access.domain.consent import Channel
from access.domain.erasure import Cause
from access.domain.errors import Conflict, ExternalSystemError, InvalidInput, NotFound
from access.domain.people import KeyKind
from access.domain.times import DAY
from access.services import close_account, retention, withdraw
from access.services.gallery import ConsentingGallery
from access.services.keyring import Keyring
from adapters.db.backup import back_up, restore
from adapters.db.database import PeeweeDatabase, open_database
from adapters.keys.file_keys import MasterKeys
from tests.estate import Place, TestHouse, build, seed_estate
from tests.services.face_life import settle, with_face


@pytest.fixture
def wired(sqlite_database: PeeweeDatabase) -> TestHouse:
    return build(sqlite_database)


@pytest.fixture
def place(wired: TestHouse) -> Place:
    return seed_estate(wired.house)


def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'kaimen.db'}"


def restored(tmp_path: Path, data: Path, keys: Path) -> TestHouse:
    target = tmp_path / "restored.db"
    target.unlink(missing_ok=True)
    restore(data, keys, target)
    return build(open_database(f"sqlite:///{target}"))


@pytest.mark.rule("L9", "L12")
def test_an_old_backup_cannot_be_read_after_an_erasure(wired: TestHouse, place: Place, tmp_path: Path) -> None:
    alice, bob = with_face(wired, place, "alice"), with_face(wired, place, "bob", "1-102")
    data, keys = tmp_path / "old.db", tmp_path / "keys.db"
    assert back_up(url(tmp_path), data, keys) == 4
    shutil.copyfile(keys, tmp_path / "keys-of-then.db")
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    back_up(url(tmp_path), tmp_path / "new.db", keys)
    old = restored(tmp_path, data, keys)
    with old.house.db.reading() as stores:
        (kept, *_) = stores.faces.references_of(alice, place.estate.id)
        with pytest.raises(NotFound):
            old.house.keyring.open_face(stores, alice, place.estate.id, kept.sealed)
        (of_bob, *_) = stores.faces.references_of(bob, place.estate.id)
        assert old.house.keyring.open_face(stores, bob, place.estate.id, of_bob.sealed) == b"bob"
    source = ConsentingGallery(old.house.db, old.clock, old.house.keyring)
    assert {entry.person_id for entry in source.references(place.estate.id)} == {bob}
    # the list of then would have opened it: that is why only the newest is kept
    then = restored(tmp_path, data, tmp_path / "keys-of-then.db")
    with then.house.db.reading() as stores:
        assert then.house.keyring.open_face(stores, alice, place.estate.id, kept.sealed) == b"alice"


@pytest.mark.rule("L12")
def test_a_closed_account_is_unreadable_in_an_old_backup(wired: TestHouse, place: Place, tmp_path: Path) -> None:
    alice = with_face(wired, place, "alice")
    data, keys = tmp_path / "old.db", tmp_path / "keys.db"
    back_up(url(tmp_path), data, keys)
    close_account.close_account(wired.house, alice)
    back_up(url(tmp_path), tmp_path / "new.db", keys)
    old = restored(tmp_path, data, keys)
    with old.house.db.reading() as stores:
        person = stores.people.person(alice)
        assert person is not None
        assert person.name_sealed
        with pytest.raises(NotFound):
            old.house.keyring.open_identity(stores, alice, person.name_sealed)


@pytest.mark.rule("L15")
def test_what_an_old_backup_brings_back_without_a_key_is_erased(
    wired: TestHouse, place: Place, tmp_path: Path
) -> None:
    alice = with_face(wired, place, "alice")
    data, keys = tmp_path / "old.db", tmp_path / "keys.db"
    back_up(url(tmp_path), data, keys)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    back_up(url(tmp_path), tmp_path / "new.db", keys)
    old = restored(tmp_path, data, keys)
    old.clock.advance(DAY)
    assert retention.erase_orphans(old.house) == 1
    settle(old)
    with old.house.db.reading() as stores:
        assert stores.faces.references_of(alice, place.estate.id) == []
        assert stores.erasures.of_person(alice)[0].cause is Cause.ORPHAN


def test_a_backup_holds_no_key_not_even_in_free_pages(wired: TestHouse, place: Place, tmp_path: Path) -> None:
    alice = with_face(wired, place, "alice")
    with wired.house.db.reading() as stores:
        wrapped = stores.people.key(alice, KeyKind.FACE, place.estate.id)
    assert wrapped
    data, keys = tmp_path / "old.db", tmp_path / "keys.db"
    back_up(url(tmp_path), data, keys)
    assert wrapped not in data.read_bytes()
    assert wrapped in keys.read_bytes()
    with closing(sqlite3.connect(data)) as database:
        assert database.execute("SELECT COUNT(*) FROM person_key").fetchone() == (0,)
    for path in (data, keys):
        assert path.stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def test_a_backup_without_the_master_key_opens_nothing(wired: TestHouse, place: Place, tmp_path: Path) -> None:
    alice = with_face(wired, place, "alice")
    data, keys = tmp_path / "old.db", tmp_path / "keys.db"
    back_up(url(tmp_path), data, keys)
    stolen = restored(tmp_path, data, keys)
    thief = Keyring(MasterKeys({1: bytes(32)}))
    with stolen.house.db.reading() as stores:
        (kept, *_) = stores.faces.references_of(alice, place.estate.id)
        with pytest.raises(ExternalSystemError):
            thief.open_face(stores, alice, place.estate.id, kept.sealed)


def test_nothing_is_overwritten_and_what_is_no_backup_is_refused(wired: TestHouse, tmp_path: Path) -> None:
    data, keys, target = tmp_path / "old.db", tmp_path / "keys.db", tmp_path / "target.db"
    back_up(url(tmp_path), data, keys)
    with pytest.raises(Conflict):
        back_up(url(tmp_path), data, keys)
    with pytest.raises(Conflict):
        restore(data, keys, data)
    with pytest.raises(InvalidInput):
        back_up("postgresql://host/name", target, keys)
    target.with_suffix(".txt").write_text("no database, but long enough to be read as one")
    with pytest.raises(InvalidInput):
        restore(target.with_suffix(".txt"), keys, target)
    assert not target.exists()
