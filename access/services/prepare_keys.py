"""The installation's own secret, made once; and what an earlier version put under the master key, moved under it.

Part of `kaimen db migrate`, which runs while the service stands still. Each person is moved in one transaction,
accounts' blind indexes with the identity key, and a moved key says so: stopped anywhere, it goes on there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from access.domain.people import KeyKind
from access.services.house import House
from access.services.keyring import INSTALLATION
from access.services.personal_data import new_index
from access.stores import Stores

BATCH = 200
_UNDER_NO_MASTER = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """How many of each were moved; all 0 but on the first run after the version that moves them."""

    people: int
    staff: int


def prepare(house: House) -> Moved:
    """Make the secret if there is none, then move what is not under it yet. Safe to run again."""
    with house.db.transaction() as stores:
        made = stores.platform.secret(INSTALLATION) is None
        if made:
            stores.platform.first_secret(INSTALLATION, house.keys.new_secret())
            # conversations and waiting answers live for three days and are found by the old index: they begin anew
            stores.chats.forget_before(house.clock.now() + 1)
    moved = Moved(_people(house), _staff(house))
    if any((moved.people, moved.staff)):
        with house.db.transaction() as stores:
            details: dict[str, str | int | bool | None] = {"people": moved.people, "staff": moved.staff}
            stores.audit.append("cli", "operator:keys:move", INSTALLATION, details, house.clock.now())
    return moved


def _people(house: House) -> int:
    moved, after = 0, ""
    while True:
        with house.db.transaction() as stores:
            batch = stores.people.keys_after(KeyKind.IDENTITY, after, BATCH)
        for person_id, wrapped in batch:
            if house.keys.master_of(wrapped) != _UNDER_NO_MASTER:
                with house.db.transaction() as stores:
                    moved += _move(house, stores, person_id, wrapped)
        if not batch:
            return moved
        after = batch[-1][0]


def _move(house: House, stores: Stores, person_id: str, wrapped: bytes) -> bool:
    for app, sealed in stores.people.accounts_of(person_id).items():
        stores.people.index_anew(person_id, app, sealed, new_index(stores, house.keyring, person_id, app, sealed))
    return stores.people.replace_key(person_id, KeyKind.IDENTITY, wrapped, house.keyring.renew_identity(wrapped))


def _staff(house: House) -> int:
    moved = 0
    with house.db.transaction() as stores:
        for estate in stores.places.estates():
            for staff in stores.staff.of_estate(estate.id):
                fresh = house.keyring.renew_staff(staff.totp_secret, staff.id)
                if fresh != staff.totp_secret:
                    stores.staff.save(replace(staff, totp_secret=fresh))
                    moved += 1
    return moved
