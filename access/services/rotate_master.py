"""A new master key takes the place of the old one while everything goes on running.

Directly under a master key stand only the secrets of the installation, of the platform and of each estate; all
else hangs on these. So every process is first given both keys, the new one with the higher id; then `rotate` wraps
these few anew, and the old key opens nothing of this database any more. Signatures, references and indexes stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from access.services.house import House
from access.services.keyring import INSTALLATION
from access.services.prepare_keys import prepare

_PLATFORM = (INSTALLATION, "audit", "gates")


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets were wrapped anew; both 0 when nothing stands under an older key."""

    estates: int
    platform: int


def rotate(house: House) -> Rotated:
    """Wrap anew what stands under an older master key. May be stopped and run again."""
    prepare(house)
    done = Rotated(_estates(house), _platform(house))
    if any((done.estates, done.platform)):
        with house.db.transaction() as stores:
            details: dict[str, str | int | bool | None] = {"estates": done.estates, "platform": done.platform}
            stores.audit.append("cli", "operator:master:rotate", "master", details, house.clock.now())
    return done


def standing(house: House) -> Mapping[int, int]:
    """How many secrets stand under each master key; one that is not in it may be thrown away."""
    with house.db.reading() as stores:
        wrapped = [stores.places.estate_secret(estate.id) for estate in stores.places.estates()]
        wrapped += [secret for name in _PLATFORM if (secret := stores.platform.secret(name)) is not None]
    return Counter(house.keys.master_of(secret) for secret in wrapped)


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
