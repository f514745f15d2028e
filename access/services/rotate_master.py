"""A new master key takes the place of the old one while everything goes on running.

First every process is given both keys, the new one with the higher id; then `rotate` writes anew whatever stands
under the old one. Data, references and signing keys stay as they are: only what wraps them changes. What waits in
chats lives for three days. The blind indexes of accounts keep to the oldest key, which therefore stays at hand for
looking people up, and wraps nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from access.domain.people import KeyKind
from access.services.house import House

BATCH = 200
_PLATFORM = ("audit", "gates")


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many of each were written anew; all 0 when nothing stands under an older key."""

    estates: int
    people: int
    staff: int
    platform: int


def rotate(house: House) -> Rotated:
    """Write anew what stands under an older master key. May be stopped and run again."""
    done = Rotated(_estates(house), _people(house), _staff(house), _platform(house))
    if any((done.estates, done.people, done.staff, done.platform)):
        with house.db.transaction() as stores:
            details: dict[str, str | int | bool | None] = {"estates": done.estates, "people": done.people}
            stores.audit.append("cli", "operator:master:rotate", "master", details, house.clock.now())
    return done


def _estates(house: House) -> int:
    renewed = 0
    with house.db.reading() as stores:
        numbers = [estate.id for estate in stores.places.estates()]
    for estate_id in numbers:
        with house.db.transaction() as stores:
            estate, wrapped = stores.places.estate(estate_id), stores.places.estate_secret(estate_id)
            fresh = house.keys.renew_secret(wrapped)
            if estate is not None and fresh != wrapped:
                stores.places.save_estate(estate, fresh)
                stores.places.bump_policy(estate_id)
                renewed += 1
    return renewed


def _people(house: House) -> int:
    renewed, after = 0, ""
    while True:
        with house.db.transaction() as stores:
            batch = stores.people.keys_after(KeyKind.IDENTITY, after, BATCH)
            for person_id, wrapped in batch:
                fresh = house.keyring.renew_identity(wrapped)
                if fresh != wrapped:
                    renewed += stores.people.replace_key(person_id, KeyKind.IDENTITY, wrapped, fresh)
        if not batch:
            return renewed
        after = batch[-1][0]


def _staff(house: House) -> int:
    renewed = 0
    with house.db.transaction() as stores:
        for estate in stores.places.estates():
            for staff in stores.staff.of_estate(estate.id):
                fresh = house.keyring.renew_staff(staff.totp_secret, staff.id)
                if fresh != staff.totp_secret:
                    stores.staff.save(replace(staff, totp_secret=fresh))
                    renewed += 1
    return renewed


def _platform(house: House) -> int:
    renewed = 0
    with house.db.transaction() as stores:
        for name in _PLATFORM:
            wrapped = stores.platform.secret(name)
            fresh = None if wrapped is None else house.keys.renew_secret(wrapped)
            if fresh is not None and fresh != wrapped:
                stores.platform.save_secret(name, fresh)
                renewed += 1
    return renewed
