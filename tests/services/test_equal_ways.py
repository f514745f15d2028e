"""Without a face: every role, and every visitor, enters by pass or card just the same."""

from __future__ import annotations

from datetime import date

import pytest

from access.domain.consent import Purpose
from access.domain.places import Method
from access.domain.residency import Role
from access.services import assess, consents, issue_pass, manage_cards
from access.services.register import request_residency
from tests.estate import Place, TestHouse, approve, newcomer
from tests.gates import claim_device


def lives(wired: TestHouse, place: Place, role: Role) -> str:
    person_id = newcomer(wired.house, place, role.value)
    until = date(2026, 12, 31) if role in {Role.TENANT, Role.HELPER} else None
    household = place.households["1-101"].id
    approve(wired.house, place, request_residency(wired.house, person_id, household, role, until))
    return person_id


@pytest.mark.rule("L1")
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("face_offered", [True, False])
def test_whoever_has_a_right_enters_by_pass_and_card(
    wired: TestHouse, place: Place, role: Role, face_offered: bool
) -> None:
    if not face_offered:
        assess.switch_face(wired.house, place.audit.staff, False)
    person_id = lives(wired, place, role)
    answered = {answer.purpose for answer in consents.mine(wired.house, person_id, place.estate.id)}
    assert answered == {Purpose.ACCESS}
    device = claim_device(wired.house, place.estate.id, place.gate.id, place.doors[0].id)
    shown = issue_pass.door_pass(wired.house, person_id, place.estate.id)
    assert device.present(place.gate.id, Method.QR, shown.text(wired.clock.now())).granted
    manage_cards.add_card(wired.house, place.operations.staff, person_id, "04A1B2C3")
    assert device.present(place.doors[0].id, Method.CARD, "04A1B2C3").granted
