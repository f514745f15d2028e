"""A database of an earlier version, whose people stood under the master key itself, is moved at the update."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path

import pytest

from access.domain.errors import ExternalSystemError
from access.domain.people import App, KeyKind
from access.domain.reading import ReadPurpose
from access.services import personal_data, prepare_keys, register, rotate_master
from access.services.house import House
from access.services.keyring import INSTALLATION, Keyring, installation_secret
from adapters.db.database import PeeweeDatabase, open_database
from adapters.keys.file_keys import MasterKeys
from adapters.keys.master import FileMaster, seal
from tests.estate import MASTER, Place, TestHouse, newcomer, wire
from tests.mortal import copied, killed_at

PEOPLE = ("alice", "bob", "carol")
NEW = bytes(range(100, 132))


def as_before(wired: TestHouse, place: Place) -> None:
    """Write anew what an earlier version had written in its own way, and take the installation's secret out."""
    old, house = FileMaster(MASTER), wired.house
    assert isinstance(house.db, PeeweeDatabase)
    with house.db.transaction() as stores:
        for name in PEOPLE:
            account = house.keyring.account(App.OFFICIAL_ACCOUNT, f"openid-of-{name}")
            person_id = stores.people.person_of_account(App.OFFICIAL_ACCOUNT, account)
            assert person_id is not None
            wrapped = stores.people.key(person_id, KeyKind.IDENTITY)
            assert wrapped is not None
            plain = house.keys.unwrap(wrapped, house.keys.installation("identity"))
            blob = b"\x01" + seal(old.before("identity"), plain, b"\x01kaimen.key")
            assert stores.people.replace_key(person_id, KeyKind.IDENTITY, wrapped, blob)
            index = hmac.digest(old.before("blind/openid/oa"), f"openid-of-{name}".encode(), hashlib.sha256)
            sealed = stores.people.accounts_of(person_id)[App.OFFICIAL_ACCOUNT]
            stores.people.index_anew(person_id, App.OFFICIAL_ACCOUNT, sealed, index[:16].hex())
        for member in (place.operations, place.security, place.audit):
            bound = b"\x01" + member.staff.id.encode()
            blob = b"\x01" + seal(old.before("staff"), member.totp_secret.encode(), bound)
            stores.staff.save(replace(member.staff, totp_secret=blob))
    with house.db.handle.connection_context():
        house.db.handle.execute_sql(f"DELETE FROM platform_key WHERE name = '{INSTALLATION}'")


def started(house: House, masters: dict[int, bytes]) -> House:
    return replace(house, keys=MasterKeys(masters, installation=installation_secret(house.db)))


def check(house: House, place: Place) -> None:
    for name in PEOPLE:
        person_id = register.find_person(house, App.OFFICIAL_ACCOUNT, f"openid-of-{name}")
        assert person_id is not None
        reader = personal_data.Reader(f"person:{person_id}", ReadPurpose.SHOW_TO_SUBJECT, 0)
        with house.db.reading() as stores:
            assert personal_data.read(stores, house.keyring, [person_id], reader)[person_id].name == name
            staff = stores.staff.get(place.audit.staff.id)
        assert staff is not None
        assert house.keyring.open_staff(staff.totp_secret, staff.id).decode() == place.audit.totp_secret


@pytest.fixture
def old(wired: TestHouse, place: Place) -> House:
    for name in PEOPLE:
        newcomer(wired.house, place, name)
    as_before(wired, place)
    return started(wired.house, {1: MASTER})


def test_people_are_found_and_read_afterwards_and_the_old_key_can_go(old: House, place: Place) -> None:
    with pytest.raises(ExternalSystemError) as caught:
        register.find_person(old, App.OFFICIAL_ACCOUNT, "openid-of-alice")
    assert caught.value.code == "keys.unprepared"
    assert prepare_keys.prepare(old) == prepare_keys.Moved(people=3, staff=3)
    assert prepare_keys.prepare(old) == prepare_keys.Moved(0, 0)
    check(old, place)
    both = started(old, {1: MASTER, 2: NEW})
    rotate_master.rotate(both)
    check(started(old, {2: NEW}), place)


def test_more_people_than_one_batch(old: House, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare_keys, "BATCH", 2)
    assert prepare_keys.prepare(old).people == 3
    check(old, place)


def test_killed_between_any_two_steps_it_goes_on_there(
    old: House, place: Place, sqlite_database: PeeweeDatabase, tmp_path: Path
) -> None:
    sqlite_database.close()
    steps = 0
    while True:
        url = copied(f"sqlite:///{tmp_path / 'kaimen.db'}", steps)
        if not killed_at(url, steps, prepare_keys.prepare, unprepared):
            break
        again = unprepared(url)
        prepare_keys.prepare(again)
        check(again, place)
        steps += 1
    assert steps > 10


def unprepared(url: str) -> House:
    """The database as a process finds it, whatever state it is in."""
    return wire(open_database(url)).house


def test_two_who_prepare_at_once_have_one_secret(wired: TestHouse) -> None:
    with wired.house.db.transaction() as stores:
        first = stores.platform.secret(INSTALLATION)
        assert stores.platform.first_secret(INSTALLATION, wired.house.keys.new_secret()) == first
    assert Keyring(wired.house.keys).account(App.OFFICIAL_ACCOUNT, "o")
