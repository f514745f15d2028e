"""A new master key: nothing is lost on the way, and afterwards the old one opens nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.errors import ExternalSystemError
from access.domain.faces import Match
from access.domain.people import App, KeyKind
from access.domain.reading import ReadPurpose
from access.services import anchor_audit, close_account, erase, personal_data, register, rotate_master, verify_audit
from access.services.gallery import ConsentingGallery
from access.services.house import House
from adapters.keys.file_keys import MasterKeys
from tests.estate import MASTER, Place, TestHouse
from tests.fakes import picture
from tests.services.face_life import with_face

NEW = bytes(range(100, 132))


def under(wired: TestHouse, keys: MasterKeys) -> House:
    return replace(wired.house, keys=keys)


def gate_authority(house: House) -> bytes:
    with house.db.transaction() as stores:
        return house.keyring.gate_authority_seed(stores)


def name_of(house: House, person_id: str) -> str:
    reader = personal_data.Reader(f"person:{person_id}", ReadPurpose.SHOW_TO_SUBJECT, house.clock.now())
    with house.db.reading() as stores:
        return personal_data.read(stores, house.keyring, [person_id], reader)[person_id].name


@pytest.mark.rule("L9")
def test_after_a_rotation_the_new_key_alone_opens_everything(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    anchor_audit.anchor(wired.house)
    receipts = erase.receipt_public_key(wired.house, place.estate.id)
    authority = gate_authority(wired.house)
    both = under(wired, MasterKeys({1: MASTER, 2: NEW}))
    assert name_of(both, alice) == "alice"  # before, with both at hand
    done = rotate_master.rotate(both)
    assert (done.estates, done.people, done.staff, done.platform) == (1, 1, 3, 2)
    assert not any(getattr(rotate_master.rotate(both), field) for field in ("estates", "people", "staff"))
    alone = under(wired, MasterKeys({2: NEW}))
    assert name_of(alone, alice) == "alice"
    assert gate_authority(alone) == authority  # gates at a broker go on trusting the service
    wired.faces.source = ConsentingGallery(alone.db, alone.clock, alone.keyring)
    found = wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")])
    assert found == Match(alice, 0.9, 0.5)
    assert erase.receipt_public_key(alone, place.estate.id) == receipts
    assert verify_audit.verify(alone).faults == ()
    with alone.db.reading() as stores:
        staff = stores.staff.get(place.audit.staff.id)
    assert staff is not None
    assert alone.keyring.open_staff(staff.totp_secret, staff.id).decode() == place.audit.totp_secret
    with pytest.raises(ExternalSystemError):
        name_of(under(wired, MasterKeys({1: MASTER})), alice)


def test_people_are_found_while_and_after_it_with_both_keys(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    both = under(wired, MasterKeys({1: MASTER, 2: NEW}))
    rotate_master.rotate(both)
    assert register.find_person(both, App.OFFICIAL_ACCOUNT, "openid-of-alice") == alice


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


def test_more_people_than_one_batch(wired: TestHouse, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate_master, "BATCH", 2)
    people = [register.ensure_person(wired.house, App.OFFICIAL_ACCOUNT, f"o{n}") for n in range(5)]
    both = under(wired, MasterKeys({1: MASTER, 2: NEW}))
    assert rotate_master.rotate(both).people == len(people)
