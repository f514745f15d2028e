"""A large estate for the link's benchmark: gates with keys of their own, residents with cards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from nacl.signing import SigningKey

from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.people import Person
from access.domain.places import Household, Method
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.schedules import ALL_DAY
from access.domain.staff import Staff, StaffRole
from access.domain.times import FOREVER, HOUR
from access.services import estate_setup
from access.services.gate_claims import token_hash
from access.services.house import House
from access.services.manage_staff import create_staff
from access.services.new_estate import found_estate

CARDS = 10_000


@dataclass
class Ear:
    """One gate.

    Attributes:
        seed: of its device key.
        version: of the lists it was told of last.
        asks: whether it fetches its lists when they grew.
        learnt: when it held lists without the revoked card, `time.perf_counter`.
        ended: when its stream ended.
    """

    gate: Gate
    seed: bytes
    token: str
    version: int = 0
    asks: bool = False
    learnt: float | None = None
    ended: float | None = None


@dataclass(frozen=True)
class World:
    """`cards` are to be revoked, one a series."""

    house: House
    ears: list[Ear]
    staff: Staff
    cards: list[Credential] = field(default_factory=list)


def build(house: House, gates: int) -> World:
    """Through the stores."""
    estate = found_estate(house, 1, "大", "Large", "committee", "office")
    staff = create_staff(house, estate.id, "bench", "bench", [StaffRole.OPERATIONS], "cli").staff
    schedule = estate_setup.save_schedule(house, staff, "always", [ALL_DAY] * 7)
    building = estate_setup.save_building(house, staff, "1", "1")
    point = estate_setup.save_access_point(house, staff, "门", "gate", None, [Method.QR, Method.CARD], 1_000)
    estate_setup.add_rule(house, staff, point.id, schedule.id, None)
    now = house.clock.now()
    world = World(house, [], staff)
    with house.db.transaction() as stores:
        home = Household(new_id(), estate.id, building.id, "1-1")
        stores.places.save_household(home)
        for _ in range(CARDS):
            person = new_id()
            stores.people.save_person(Person(person, b"", b"", "", "zh", now))
            stores.residencies.add(
                Residency(
                    new_id(), person, home.id, estate.id, building.id, Role.OWNER, ResidencyStatus.APPROVED,
                    now, FOREVER, now,
                )
            )  # fmt: skip
            card = Credential(
                new_id(), person, estate.id, CredentialKind.CARD, CredentialStatus.ACTIVE, secrets.token_hex(16),
                "1234", now, FOREVER, now,
            )  # fmt: skip
            stores.credentials.add(card)
            world.cards.append(card)
        for n in range(gates):
            key = SigningKey.generate()
            gate = Gate(
                new_id(),
                estate.id,
                f"g{n}",
                bytes(key.verify_key),
                frozenset({point.id}),
                1,
                0,
                0,
                0,
                False,
                0,
                now,
            )
            token = secrets.token_urlsafe(32)
            stores.gates.add_gate(gate)
            stores.gates.save_token(token_hash(token), gate.id, now + HOUR)
            world.ears.append(Ear(gate, bytes(key), token))
    return world
