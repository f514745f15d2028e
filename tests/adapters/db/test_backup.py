"""An old backup does not bring back what was erased."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
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


class Server:
    """Where the databases of one kind stand, and how a fresh one is had."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        self._made = 0
        self._opened: list[PeeweeDatabase] = []

    def new_url(self) -> str:
        """Of a database that is not there, or on PostgreSQL an empty one."""
        self._made += 1
        if self.url.startswith("sqlite"):
            return f"sqlite:///{self._folder / f'restored{self._made}.db'}"
        name = f"restored_{uuid4().hex}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        return f"{self.url.rpartition('/')[0]}/{name}"

    def restored(self, data: Path, keys: Path) -> TestHouse:
        url = self.new_url()
        restore(data, keys, url)
        self._opened.append(open_database(url))
        return build(self._opened[-1])

    def close(self) -> None:
        for database in self._opened:
            database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wired(kind: str, request: pytest.FixtureRequest) -> TestHouse:
    return build(request.getfixturevalue(f"{kind}_database"))


@pytest.fixture
def place(wired: TestHouse) -> Place:
    return seed_estate(wired.house)


@pytest.fixture
def server(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    sqlite = f"sqlite:///{tmp_path / 'kaimen.db'}"
    server = Server(sqlite if kind == "sqlite" else request.getfixturevalue("postgres_url"), tmp_path)
    yield server
    server.close()


@pytest.mark.rule("L9", "L12")
def test_an_old_backup_cannot_be_read_after_an_erasure(
    wired: TestHouse, place: Place, server: Server, tmp_path: Path
) -> None:
    alice, bob = with_face(wired, place, "alice"), with_face(wired, place, "bob", "1-102")
    data, keys = tmp_path / "old.backup", tmp_path / "keys.db"
    assert back_up(server.url, data, keys) == 4
    shutil.copyfile(keys, tmp_path / "keys-of-then.db")
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    back_up(server.url, tmp_path / "new.backup", keys)
    old = server.restored(data, keys)
    with old.house.db.reading() as stores:
        (kept, *_) = stores.faces.references_of(alice, place.estate.id)
        with pytest.raises(NotFound):
            old.house.keyring.open_face(stores, alice, place.estate.id, kept.sealed)
        (of_bob, *_) = stores.faces.references_of(bob, place.estate.id)
        assert old.house.keyring.open_face(stores, bob, place.estate.id, of_bob.sealed) == b"bob"
    source = ConsentingGallery(old.house.db, old.clock, old.house.keyring)
    assert {entry.person_id for entry in source.references(place.estate.id)} == {bob}
    # the list of then would have opened it: that is why only the newest is kept
    then = server.restored(data, tmp_path / "keys-of-then.db")
    with then.house.db.reading() as stores:
        assert then.house.keyring.open_face(stores, alice, place.estate.id, kept.sealed) == b"alice"


@pytest.mark.rule("L12")
def test_a_closed_account_is_unreadable_in_an_old_backup(
    wired: TestHouse, place: Place, server: Server, tmp_path: Path
) -> None:
    alice = with_face(wired, place, "alice")
    data, keys = tmp_path / "old.backup", tmp_path / "keys.db"
    back_up(server.url, data, keys)
    close_account.close_account(wired.house, alice)
    back_up(server.url, tmp_path / "new.backup", keys)
    old = server.restored(data, keys)
    with old.house.db.reading() as stores:
        person = stores.people.person(alice)
        assert person is not None
        assert person.name_sealed
        with pytest.raises(NotFound):
            old.house.keyring.open_identity(stores, alice, person.name_sealed)


@pytest.mark.rule("L15")
def test_what_an_old_backup_brings_back_without_a_key_is_erased(
    wired: TestHouse, place: Place, server: Server, tmp_path: Path
) -> None:
    alice = with_face(wired, place, "alice")
    data, keys = tmp_path / "old.backup", tmp_path / "keys.db"
    back_up(server.url, data, keys)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    back_up(server.url, tmp_path / "new.backup", keys)
    old = server.restored(data, keys)
    old.clock.advance(DAY)
    assert retention.erase_orphans(old.house) == 1
    settle(old)
    with old.house.db.reading() as stores:
        assert stores.faces.references_of(alice, place.estate.id) == []
        assert stores.erasures.of_person(alice)[0].cause is Cause.ORPHAN


def test_a_backup_holds_no_key_not_even_in_free_pages(
    wired: TestHouse, place: Place, kind: str, server: Server, tmp_path: Path
) -> None:
    alice = with_face(wired, place, "alice")
    with wired.house.db.reading() as stores:
        wrapped = stores.people.key(alice, KeyKind.FACE, place.estate.id)
    assert wrapped
    data, keys = tmp_path / "old.backup", tmp_path / "keys.db"
    back_up(server.url, data, keys)
    plain = data.read_bytes() if kind == "sqlite" else as_sql(data)
    assert alice.encode() in plain
    assert wrapped not in plain
    assert wrapped.hex().encode() not in plain
    assert wrapped in keys.read_bytes()
    for path in (data, keys):
        assert path.stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


def as_sql(archive: Path) -> bytes:
    return subprocess.run(["pg_restore", "--file=-", str(archive)], check=True, capture_output=True).stdout


def test_a_backup_without_the_master_key_opens_nothing(
    wired: TestHouse, place: Place, server: Server, tmp_path: Path
) -> None:
    alice = with_face(wired, place, "alice")
    data, keys = tmp_path / "old.backup", tmp_path / "keys.db"
    back_up(server.url, data, keys)
    stolen = server.restored(data, keys)
    thief = Keyring(MasterKeys({1: bytes(32)}))
    with stolen.house.db.reading() as stores:
        (kept, *_) = stores.faces.references_of(alice, place.estate.id)
        with pytest.raises(ExternalSystemError):
            thief.open_face(stores, alice, place.estate.id, kept.sealed)


def test_nothing_is_overwritten_and_what_is_no_backup_is_refused(
    wired: TestHouse, server: Server, tmp_path: Path
) -> None:
    data, keys, text = tmp_path / "old.backup", tmp_path / "keys.db", tmp_path / "text"
    back_up(server.url, data, keys)
    with pytest.raises(Conflict):
        back_up(server.url, data, keys)
    with pytest.raises(Conflict) as full:
        restore(data, keys, server.url)
    assert full.value.code == "backup.exists"
    text.write_text("no database, but long enough to be read as one")
    fresh = server.new_url()
    for wrong_data, wrong_keys in ((text, keys), (data, text), (keys, data)):
        with pytest.raises(InvalidInput) as refused:
            restore(wrong_data, wrong_keys, fresh)
        assert refused.value.code == "backup.form"
    restore(data, keys, fresh)  # nothing of the refused ones stayed behind


def test_people_who_came_after_the_backup_have_keys_in_the_list_and_are_left_out(
    wired: TestHouse, place: Place, server: Server, tmp_path: Path
) -> None:
    alice = with_face(wired, place, "alice")
    data, keys = tmp_path / "old.backup", tmp_path / "keys.db"
    assert back_up(server.url, data, keys) == 2
    with_face(wired, place, "bob", "1-102")
    assert back_up(server.url, tmp_path / "new.backup", keys) == 4
    old = server.restored(data, keys)
    with old.house.db.reading() as stores:
        assert stores.people.key(alice, KeyKind.IDENTITY)
    assert restore(data, keys, server.new_url()) == 2


def test_without_its_programs_postgresql_says_what_to_install(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExternalSystemError) as caught:
        back_up(postgres_url, tmp_path / "data", tmp_path / "keys")
    assert caught.value.code == "backup.program"
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_refuses_is_said_without_its_password(postgres_url: str, tmp_path: Path) -> None:
    nowhere = postgres_url.replace("kaimen@", "kaimen:hidden-word@").rpartition("/")[0] + "/nothing_here"
    with pytest.raises(ExternalSystemError) as caught:
        back_up(nowhere, tmp_path / "data", tmp_path / "keys")
    assert caught.value.code == "database.unavailable"
    assert "hidden-word" not in f"{caught.value}"
