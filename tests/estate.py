"""A small estate on real stores, and its cast: Alice, Bob of her household, Charlie who must see nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from access.domain.challenges import DEFAULT_RULES, ChallengeRule
from access.domain.consent import Channel, Purpose
from access.domain.people import App
from access.domain.places import AccessPoint, Building, Estate, Household, Method
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.schedules import ALL_DAY, Schedule
from access.domain.staff import StaffRole
from access.services import challenges, consents, estate_setup, register
from access.services.gallery import ConsentingGallery
from access.services.house import House, Policy
from access.services.keyring import installation_secret
from access.services.manage_staff import NewStaff, create_staff
from access.services.new_estate import found_estate
from access.services.prepare_keys import prepare
from access.services.publish_notice import publish_notice
from access.stores import Database
from adapters.keys.file_keys import MasterKeys
from adapters.wechat.fake import FakeWeChat
from tests.assessments import offer_face
from tests.fakes import CountingLimiter, FakeClock, FakeFaceEngine, PlainTexts, RecordingGateLink

MASTER = bytes(range(32))
BODY_ZH = "谁来处理：测试业委会。只为给您开门，不用刷脸也一样进门，一样方便。"
BODY_EN = "Who: the test committee. Only to open doors for you; without your face you enter just the same."


@dataclass(frozen=True)
class TestHouse:
    """A wired house with its fakes within reach."""

    __test__ = False

    house: House
    clock: FakeClock
    wechat: FakeWeChat
    faces: FakeFaceEngine
    link: RecordingGateLink
    limiter: CountingLimiter


@dataclass(frozen=True)
class Place:
    """What `seed_estate` built: one estate, two buildings, a gate for all and a door for each building."""

    estate: Estate
    buildings: tuple[Building, Building]
    households: dict[str, Household]
    gate: AccessPoint
    doors: tuple[AccessPoint, AccessPoint]
    schedule: Schedule
    operations: NewStaff
    security: NewStaff
    audit: NewStaff


def build(database: Database) -> TestHouse:
    """A house over real stores with fakes at the other ports, ready for use."""
    wired = wire(database)
    prepare(wired.house)
    return wired


def wire(database: Database) -> TestHouse:
    """The same on a database as it stands."""
    clock, wechat, faces = FakeClock(), FakeWeChat(), FakeFaceEngine()
    link, limiter = RecordingGateLink(), CountingLimiter()
    policy = Policy("http://127.0.0.1:8700", frozenset(c.value for c in Channel))
    keys = MasterKeys({1: MASTER}, installation=installation_secret(database))
    house = House(database, clock, keys, wechat, faces, link, limiter, PlainTexts(), policy)
    faces.source = ConsentingGallery(database, clock, house.keyring)
    return TestHouse(house, clock, wechat, faces, link, limiter)


def seed_estate(house: House, number: int = 1, prefix: str = "") -> Place:
    """Two buildings with households ``1-101``, ``1-102``, ``2-101``, ``2-102``."""
    estate = found_estate(house, number, "桂园", "Osmanthus", "测试业委会 Committee", "1号楼")
    made = [
        create_staff(house, estate.id, f"{prefix}{role.value}{number}", role.value, [role], "cli")
        for role in (StaffRole.OPERATIONS, StaffRole.SECURITY, StaffRole.AUDIT)
    ]
    offer_face(house, made[2].staff)
    estate = replace(estate, face_enabled=True)
    staff = made[0].staff
    schedule = estate_setup.save_schedule(house, staff, "always", [ALL_DAY] * 7)
    every = (Method.QR, Method.CARD, Method.FACE)
    gate = estate_setup.save_access_point(house, staff, "南门", "South gate", None, every, 3_000)
    estate_setup.add_rule(house, staff, gate.id, schedule.id, None)
    buildings, doors, households = [], [], {}
    for n in (1, 2):
        building = estate_setup.save_building(house, staff, f"{n}号楼", f"Building {n}")
        for one in estate_setup.add_households(house, staff, building.id, [f"{n}-101", f"{n}-102"]):
            households[one.label] = one
        door = estate_setup.save_access_point(house, staff, f"{n}号楼门", f"Door {n}", building.id, every, 3_000)
        estate_setup.add_rule(house, staff, door.id, schedule.id, building.id)
        buildings.append(building)
        doors.append(door)
    for channel in DEFAULT_RULES:
        # single pictures do here; the challenge has tests of its own
        challenges.set_rule(house, staff, channel, ChallengeRule.NONE)
    publish_notice(house, staff, "告知书", "Notice", BODY_ZH, BODY_EN, material=True)
    return Place(estate, (buildings[0], buildings[1]), households, gate, (doors[0], doors[1]), schedule, *made)


def newcomer(house: House, place: Place, name: str) -> str:
    """Somebody who has followed the account, read the notice and agreed to the service; person id."""
    person_id = register.ensure_person(house, App.OFFICIAL_ACCOUNT, f"openid-of-{name}")
    register.set_name(house, person_id, name)
    agree(house, place, person_id, Purpose.ACCESS)
    return person_id


def agree(house: House, place: Place, person_id: str, *purposes: Purpose) -> None:
    """Show the notice, then say yes to each purpose."""
    notice = consents.current_notice(house, place.estate.id)
    consents.record_shown(house, person_id, notice.hash)
    for purpose in purposes:
        consents.answer(house, person_id, place.estate.id, purpose, True, notice.hash, Channel.CHAT)


def resident(house: House, place: Place, name: str, household: str = "1-101", role: Role = Role.OWNER) -> str:
    """A newcomer whose residency staff have approved; person id."""
    person_id = newcomer(house, place, name)
    residency = register.request_residency(house, person_id, place.households[household].id, role, None)
    approve(house, place, residency)
    return person_id


def approve(house: House, place: Place, residency: Residency) -> None:
    """Staff say yes, straight in the stores: how they decide is another test's subject."""
    with house.db.transaction() as stores:
        done = residency.approve(place.operations.staff.id, house.clock.now())
        assert stores.residencies.update(done, ResidencyStatus.PENDING)
        stores.places.bump_policy(place.estate.id)
