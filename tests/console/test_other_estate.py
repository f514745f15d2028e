"""Staff of another estate see nothing of this one and change nothing in it, by list, address or form."""

from __future__ import annotations

import pytest

from access.domain.staff import StaffRole
from access.services.manage_staff import create_staff
from tests.console.conftest import Browser, Office
from tests.console.scene import Scene, play
from tests.estate import seed_estate


@pytest.fixture
def scene(office: Office) -> Scene:
    return play(office.wired, office.place)


@pytest.fixture
def neighbours(office: Office) -> dict[StaffRole, Browser]:
    """Browsers of the staff of a second estate."""
    house, place = office.wired.house, seed_estate(office.wired.house, 2)
    platform = create_staff(house, place.estate.id, "platform2", "platform", [StaffRole.PLATFORM], "cli")
    accounts = {
        StaffRole.OPERATIONS: place.operations,
        StaffRole.SECURITY: place.security,
        StaffRole.AUDIT: place.audit,
        StaffRole.PLATFORM: platform,
    }
    return {role: office.signed_in(account) for role, account in accounts.items()}


def test_lists_hold_nothing_of_another_estate(
    office: Office, scene: Scene, neighbours: dict[StaffRole, Browser]
) -> None:
    for role, path in (
        (StaffRole.OPERATIONS, "/approvals"),
        (StaffRole.OPERATIONS, "/residents?purpose=manage_residents"),
        (StaffRole.OPERATIONS, "/reviews"),
        (StaffRole.OPERATIONS, "/erasures"),
        (StaffRole.SECURITY, "/events"),
        (StaffRole.SECURITY, "/gates"),
        (StaffRole.SECURITY, "/incidents"),
        (StaffRole.SECURITY, "/modes"),
        (StaffRole.AUDIT, "/audit"),
        (StaffRole.PLATFORM, "/staff"),
    ):
        page = neighbours[role].get(f"/console{path}").text
        told = ("王芳", "李雷", "王芬", "南门左", scene.owner, scene.request.id, scene.events[0].id, "operations1")
        assert not any(word in page for word in told), path


def test_addresses_of_another_estate_lead_nowhere(
    office: Office, scene: Scene, neighbours: dict[StaffRole, Browser]
) -> None:
    with office.wired.house.db.reading() as stores:
        stay = stores.residencies.of_person(scene.owner)[0]
    for role, path in (
        (StaffRole.OPERATIONS, f"/approvals/{scene.request.id}"),
        (StaffRole.OPERATIONS, f"/residents/{scene.owner}?purpose=manage_residents"),
        (StaffRole.OPERATIONS, f"/residents/{scene.owner}/face"),
        (StaffRole.OPERATIONS, f"/residents/{scene.owner}/stays/{stay.id}/end"),
        (StaffRole.OPERATIONS, f"/reviews/{scene.enrolment_id}"),
        (StaffRole.SECURITY, f"/events/{scene.events[0].id}?purpose=handle_incident"),
        (StaffRole.SECURITY, f"/places/access-points/{office.place.gate.id}"),
        (StaffRole.SECURITY, f"/schedules/{office.place.schedule.id}"),
    ):
        answer = neighbours[role].get(f"/console{path}")
        assert (answer.status_code, "王" in answer.text) == (404, False), path
    with office.wired.house.db.reading() as stores:
        readers = {look.reader for look in stores.audit.looks_of(scene.owner, 100)}
    assert readers <= {"job"}


def test_forms_change_nothing_in_another_estate(
    office: Office, scene: Scene, neighbours: dict[StaffRole, Browser]
) -> None:
    before = state(office)
    with office.wired.house.db.reading() as stores:
        stay = stores.residencies.of_person(scene.owner)[0]
        rule = stores.places.rules(office.place.estate.id)[0]
    door, week = office.place.gate.id, {f"day{n}": "" for n in range(7)}
    point = {"name_zh": "x", "name_en": "x", "methods": "qr", "relay_ms": "3", "building": "", "challenge": "none"}
    staff_id = office.place.operations.staff.id
    forms: tuple[tuple[StaffRole, str, dict[str, str]], ...] = (
        (StaffRole.OPERATIONS, f"/approvals/{scene.request.id}/approve", {}),
        (StaffRole.OPERATIONS, f"/approvals/{scene.request.id}/refuse", {"reason": "x"}),
        (StaffRole.OPERATIONS, f"/residents/{scene.owner}/cards", {"card": "BEEF"}),
        (StaffRole.OPERATIONS, f"/residents/{scene.owner}/cards/{scene.card.id}/freeze", {}),
        (StaffRole.OPERATIONS, f"/residents/{scene.owner}/cards/{scene.card.id}/disable", {}),
        (StaffRole.OPERATIONS, f"/residents/{scene.owner}/stays/{stay.id}/end", {"reason": "x"}),
        (StaffRole.OPERATIONS, f"/reviews/{scene.enrolment_id}/approve", {}),
        (StaffRole.OPERATIONS, f"/reviews/{scene.enrolment_id}/reject", {}),
        (StaffRole.OPERATIONS, "/places/households", {"building": office.place.buildings[0].id, "labels": "9-9"}),
        (
            StaffRole.OPERATIONS,
            f"/places/buildings/{office.place.buildings[0].id}",
            {"name_zh": "x", "name_en": "x"},
        ),
        (StaffRole.SECURITY, f"/gates/{scene.gate.id}/revoke", {}),
        (StaffRole.SECURITY, "/modes", {"mode": "unlock", "point": door, "reason": "x"}),
        (StaffRole.SECURITY, f"/residents/{scene.owner}/passback", {}),
        (StaffRole.SECURITY, "/gates/claim", {"name": "x", "access_points": door}),
        (StaffRole.SECURITY, f"/places/access-points/{door}/change", point),
        (StaffRole.SECURITY, f"/places/access-points/{door}/rules/{rule.id}/delete", {}),
        (StaffRole.SECURITY, f"/schedules/{office.place.schedule.id}/change", {"name": "x", **week}),
        (StaffRole.SECURITY, f"/schedules/{office.place.schedule.id}/special-days", {"day": "2026-10-01"}),
        (StaffRole.PLATFORM, f"/staff/{staff_id}/disable", {}),
        (StaffRole.PLATFORM, f"/staff/{staff_id}/reset", {}),
        (StaffRole.PLATFORM, f"/staff/{staff_id}/roles", {"roles": "security"}),
    )
    for role, path, fields in forms:
        browser = neighbours[role]
        browser.get("/console/")
        answer = browser.post(f"/console{path}", **fields)
        assert answer.status_code in {400, 403, 404}, path
    assert state(office) == before


def state(office: Office) -> object:
    """All that the forms above could have changed."""
    with office.wired.house.db.reading() as stores:
        estate = office.place.estate.id
        people = [
            r.person_id for h in stores.places.households(estate) for r in stores.residencies.of_household(h.id)
        ]
        return (
            stores.places.policy_version(estate),
            [stores.residencies.of_household(h.id) for h in stores.places.households(estate)],
            [stores.credentials.of_person(p, estate) for p in people],
            [stores.faces.enrolments_of(p, estate) for p in people],
            stores.places.buildings(estate),
            stores.places.access_points(estate),
            stores.places.rules(estate),
            stores.places.schedules(estate),
            stores.gates.gates(estate),
            stores.staff.of_estate(estate),
        )
