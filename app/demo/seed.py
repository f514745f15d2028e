"""The demo estate: 2 buildings, 12 households, 3 access points, staff. No residents and no real people."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from access.domain.places import Method
from access.domain.schedules import ALL_DAY
from access.domain.staff import Staff, StaffRole
from access.services import estate_setup
from access.services.house import House
from access.services.manage_staff import create_staff
from access.services.new_estate import found_estate
from access.services.publish_notice import publish_notice
from app.bootstrap import ROOT
from app.demo.assessment import offer_face

ESTATE_NUMBER = 1
NAME_ZH, NAME_EN = "桂园", "Osmanthus Garden"
PROCESSOR = "桂园业主委员会 (Osmanthus Garden owners' committee)"
CONTACT = "物业服务中心，1号楼一层 (property office, building 1, ground floor)"
FLATS = ("101", "102", "201", "202", "301", "302")
TITLE_ZH, TITLE_EN = "门禁服务告知书", "Notice on the access service"


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """How a demo staff member signs in."""

    name: str
    display_name: str
    password: str
    secret: str


_PEOPLE = (
    ("wuye", "物业 小林 Lin (operations)", StaffRole.OPERATIONS),
    ("baoan", "保安 老陈 Chen (security)", StaffRole.SECURITY),
    ("shenji", "审计 周老师 Zhou (audit)", StaffRole.AUDIT),
    ("yunwei", "运维 小吴 Wu (platform)", StaffRole.PLATFORM),
)


def seed(house: House) -> list[DemoStaff] | None:
    """Found the demo estate. None when it stands already.

    Returns:
        Staff with their first passwords and authenticator secrets, shown once.
    """
    with house.db.reading() as stores:
        if stores.places.estate_by_number(ESTATE_NUMBER) is not None:
            return None
    estate = found_estate(house, ESTATE_NUMBER, NAME_ZH, NAME_EN, PROCESSOR, CONTACT)
    made = [create_staff(house, estate.id, name, shown, [role], "cli") for name, shown, role in _PEOPLE]
    operations = made[0].staff
    offer_face(house, next(new.staff for new in made if StaffRole.AUDIT in new.staff.roles))
    _places(house, operations)
    _notice(house, operations)
    return [DemoStaff(new.staff.name, new.staff.display_name, new.password, new.totp_secret) for new in made]


def as_json(people: list[DemoStaff]) -> str:
    return json.dumps([asdict(person) for person in people], ensure_ascii=False, indent=1)


def _places(house: House, staff: Staff) -> None:
    schedule = estate_setup.save_schedule(house, staff, "全天 Always", [ALL_DAY] * 7)
    every = (Method.QR, Method.CARD, Method.FACE)
    gate = estate_setup.save_access_point(house, staff, "南门", "South gate", None, every, 3_000)
    estate_setup.add_rule(house, staff, gate.id, schedule.id, None)
    for number in (1, 2):
        building = estate_setup.save_building(house, staff, f"{number}号楼", f"Building {number}")
        estate_setup.add_households(house, staff, building.id, [f"{number}-{flat}" for flat in FLATS])
        door = estate_setup.save_access_point(
            house, staff, f"{number}号楼门", f"Building {number} door", building.id, every, 3_000
        )
        estate_setup.add_rule(house, staff, door.id, schedule.id, building.id)


def _notice(house: House, staff: Staff) -> None:
    bodies = [
        (ROOT / "templates" / "notice" / f"default.{language}.txt")
        .read_text(encoding="utf-8")
        .format(processor=PROCESSOR, contact=CONTACT)
        for language in ("zh", "en")
    ]
    publish_notice(house, staff, TITLE_ZH, TITLE_EN, bodies[0], bodies[1], material=True)
