"""A new master key: nothing is lost on the way, and afterwards the old one opens nothing and can be thrown away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from access.domain.errors import ExternalSystemError
from access.domain.faces import Match
from access.domain.people import App, KeyKind
from access.domain.reading import ReadPurpose
from access.services import anchor_audit, close_account, erase, personal_data, register, rotate_master, verify_audit
from access.services.gallery import ConsentingGallery
from access.services.house import House
from access.services.keyring import installation_secret
from adapters.db.database import PeeweeDatabase, open_database
from adapters.keys.file_keys import MasterKeys
from tests.estate import MASTER, Place, TestHouse, build, resident, seed_estate
from tests.fakes import picture
from tests.mortal import copied, killed_at
from tests.services.face_life import with_face

SECOND, THIRD = bytes(range(100, 132)), bytes(range(150, 182))


def under(house: House, masters: dict[int, bytes]) -> House:
    """A process that was started with these master keys."""
    return replace(house, keys=MasterKeys(masters, installation=installation_secret(house.db)))


def with_both(url: str) -> House:
    return under(build(open_database(url)).house, {1: MASTER, 2: SECOND})


def gate_authority(house: House) -> bytes:
    with house.db.transaction() as stores:
        return house.keyring.gate_authority_seed(stores)


def name_of(house: House, person_id: str) -> str:
    reader = personal_data.Reader(f"person:{person_id}", ReadPurpose.SHOW_TO_SUBJECT, house.clock.now())
    with house.db.reading() as stores:
        return personal_data.read(stores, house.keyring, [person_id], reader)[person_id].name


def check_whole(house: House, wired: TestHouse, place: Place, person_id: str) -> None:
    """Name, account, face, chain and staff, all read with this house's keys alone."""
    assert name_of(house, person_id) == "alice"
    assert register.find_person(house, App.OFFICIAL_ACCOUNT, "openid-of-alice") == person_id
    wired.faces.source = ConsentingGallery(house.db, house.clock, house.keyring)
    found = wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")])
    assert found == Match(person_id, 0.9, 0.5)
    assert verify_audit.verify(house).faults == ()
    with house.db.reading() as stores:
        staff = stores.staff.get(place.audit.staff.id)
    assert staff is not None
    assert house.keyring.open_staff(staff.totp_secret, staff.id).decode() == place.audit.totp_secret


@pytest.mark.rule("L9")
def test_two_changes_in_a_row_with_the_old_keys_thrown_away(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    anchor_audit.anchor(wired.house)
    receipts = erase.receipt_public_key(wired.house, place.estate.id)
    authority = gate_authority(wired.house)
    both = under(wired.house, {1: MASTER, 2: SECOND})
    check_whole(both, wired, place, alice)  # before, with both at hand
    assert rotate_master.standing(both) == {1: 4}
    assert rotate_master.rotate(both) == rotate_master.Rotated(estates=1, platform=3)
    assert rotate_master.standing(both) == {2: 4}
    assert rotate_master.rotate(both) == rotate_master.Rotated(0, 0)
    check_whole(under(wired.house, {2: SECOND}), wired, place, alice)
    rotate_master.rotate(under(wired.house, {2: SECOND, 3: THIRD}))
    alone = under(wired.house, {3: THIRD})
    check_whole(alone, wired, place, alice)
    assert gate_authority(alone) == authority  # gates at a broker go on trusting the service
    assert erase.receipt_public_key(alone, place.estate.id) == receipts
    assert resident(alone, place, "bob")  # and people go on coming
    for gone in ({1: MASTER}, {2: SECOND}):
        with pytest.raises(ExternalSystemError):
            name_of(under(wired.house, gone), alice)


def test_a_process_without_the_new_key_is_not_hurt_before_the_change(wired: TestHouse, place: Place) -> None:
    """Processes are restarted one by one: what one writes with both keys, another reads with the old alone."""
    both = under(wired.house, {1: MASTER, 2: SECOND})
    bob = resident(both, place, "bob")
    assert name_of(wired.house, bob) == "bob"
    assert register.find_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-of-bob") == bob


@pytest.mark.rule("L12")
def test_a_destroyed_key_does_not_come_back(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    with wired.house.db.reading() as stores:
        before = stores.people.key(alice, KeyKind.IDENTITY)
    assert before is not None
    close_account.close_account(wired.house, alice)
    with wired.house.db.transaction() as stores:
        assert not stores.people.replace_key(alice, KeyKind.IDENTITY, before, b"anew")
        assert stores.people.key(alice, KeyKind.IDENTITY) is None


def test_killed_between_any_two_steps_it_goes_on_there(
    wired: TestHouse, place: Place, sqlite_database: PeeweeDatabase, tmp_path: Path
) -> None:
    alice = with_face(wired, place, "alice")
    seed_estate(wired.house, 2)
    anchor_audit.anchor(wired.house)
    sqlite_database.close()
    steps = 0
    while True:
        url = copied(f"sqlite:///{tmp_path / 'kaimen.db'}", steps)
        if not killed_at(url, steps, rotate_master.rotate, with_both):
            break
        database = open_database(url)
        halfway = under(replace(wired.house, db=database), {1: MASTER, 2: SECOND})
        check_whole(halfway, wired, place, alice)
        rotate_master.rotate(halfway)
        assert set(rotate_master.standing(halfway)) == {2}
        check_whole(under(halfway, {2: SECOND}), wired, place, alice)
        database.close()
        steps += 1
    assert steps > 6
