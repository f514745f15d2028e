"""Domain objects to store, with plain values; tests say with `replace` what matters to them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from access.domain.commands import Op
from access.domain.consent import Channel, Consent, ConsentStatus, Notice, Purpose
from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.enrolment import Enrolment, EnrolmentStatus
from access.domain.events import AccessEvent, Opening
from access.domain.gates import Gate
from access.domain.people import Person
from access.domain.places import AccessPoint, AccessRule, Building, Estate, Household, Method
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.schedules import always
from access.domain.staff import Staff, StaffRole
from access.domain.times import DAY
from access.domain.visits import IssuedPass, PassKind
from access.stores import Stores
from adapters.db.database import PeeweeDatabase

NOW = 1_800_000_000_000
ESTATE = Estate("e000000000000001", 7, "和园", "Peace Garden", "Asia/Shanghai", "Office", "400-1", True)
OTHER_ESTATE = Estate("e000000000000002", 8, "乐园", "Joy Garden", "Asia/Shanghai", "Office", "400-2")
BUILDING = Building("b000000000000001", ESTATE.id, "1 号楼", "Building 1")
HOUSEHOLD = Household("d000000000000001", ESTATE.id, BUILDING.id, "1-301")
DOOR = AccessPoint(
    "a000000000000001", ESTATE.id, 1, "东门", "East gate", None, frozenset({Method.QR, Method.CARD}), 2_500
)
HALL = AccessPoint(
    "a000000000000002", ESTATE.id, 2, "门厅", "Hall", BUILDING.id, frozenset({Method.QR, Method.FACE})
)
SCHEDULE = always("5000000000000001", ESTATE.id)
RULE = AccessRule("4000000000000001", ESTATE.id, DOOR.id, SCHEDULE.id, None)
PERSON = Person("1000000000000001", b"sealed name", b"", "1980-05", "zh", NOW)
OTHER_PERSON = Person("1000000000000002", b"other name", b"phone", "", "en", NOW + 1)
RESIDENCY = Residency(
    "2000000000000001",
    PERSON.id,
    HOUSEHOLD.id,
    ESTATE.id,
    BUILDING.id,
    Role.TENANT,
    ResidencyStatus.PENDING,
    NOW,
    NOW + 30 * DAY,
    NOW,
)
NOTICE = Notice("f" * 64, ESTATE.id, 1, "告知", "Notice", "正文", "Body", NOW, True)
CONSENT = Consent(
    "3000000000000001",
    PERSON.id,
    ESTATE.id,
    Purpose.FACE_USE,
    ConsentStatus.GIVEN,
    Channel.CHAT,
    NOTICE.hash,
    NOW,
    NOW + 10 * DAY,
)
CARD = Credential(
    "6000000000000001",
    PERSON.id,
    ESTATE.id,
    CredentialKind.CARD,
    CredentialStatus.ACTIVE,
    "c" * 32,
    "1234",
    NOW,
    NOW + DAY,
    NOW,
)
ENROLMENT = Enrolment("7000000000000001", PERSON.id, ESTATE.id, Channel.PAGE, EnrolmentStatus.PENDING, NOW)
VISIT = IssuedPass(
    "8000000000000001",
    PassKind.VISITOR,
    ESTATE.id,
    PERSON.id,
    1,
    1,
    NOW,
    NOW + DAY,
    1,
    0,
    b"visitor",
    "9" * 64,
    NOW,
)
GATE = Gate(
    "c000000000000001",
    ESTATE.id,
    "East",
    b"k" * 32,
    frozenset({DOOR.id, HALL.id}),
    1,
    0,
    0,
    0,
    False,
    0,
    NOW,
)
EVENT = AccessEvent(
    "0000000000000001",
    NOW,
    ESTATE.id,
    DOOR.id,
    GATE.id,
    Method.QR,
    True,
    None,
    PERSON.id,
    VISIT.id,
    None,
    Opening.PENDING,
)
STAFF = Staff(
    "5a00000000000001",
    ESTATE.id,
    "wang",
    "王",
    frozenset({StaffRole.AUDIT, StaffRole.SECURITY}),
    "$argon2id$",
    b"totp",
    0,
    0,
    0,
    False,
)


def build(stores: Stores) -> None:
    """Two estates, a building, a household, two access points, a rule, two people, a gate."""
    stores.places.save_estate(ESTATE, b"wrapped secret")
    stores.places.save_estate(OTHER_ESTATE, b"another secret")
    stores.places.save_building(BUILDING)
    stores.places.save_household(HOUSEHOLD)
    stores.places.save_access_point(DOOR)
    stores.places.save_access_point(HALL)
    stores.places.save_schedule(SCHEDULE)
    stores.places.save_rule(RULE)
    stores.people.save_person(PERSON)
    stores.people.save_person(OTHER_PERSON)
    stores.gates.add_gate(GATE)


def issue_open(stores: Stores, gate: Gate = GATE) -> str:
    """Issue an open that lives 8 s; its command id."""
    command = stores.gates.issue(gate, Op.OPEN, DOOR.id, {"event": EVENT.id}, NOW, NOW + 8_000, "decision")
    return command.id


def race(database: PeeweeDatabase, tries: int, threads: int, act: Callable[[Stores, int], bool]) -> int:
    """Let `tries` transactions of `threads` threads loose at once; how many acts said True."""
    start = Barrier(threads)

    def run(first: int) -> int:
        start.wait()
        won = 0
        for number in range(first, tries, threads):
            with database.transaction() as stores:
                won += act(stores, number)
        return won

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(run, range(threads)))
