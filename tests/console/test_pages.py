"""Every page opens for those it is for, and says what to do when it is empty."""

from __future__ import annotations

import pytest

from access.domain.staff import StaffRole
from tests.console.conftest import Office

PAGES = {
    StaffRole.OPERATIONS: [
        "/",
        "/approvals",
        "/residents",
        "/cards",
        "/reviews",
        "/gates",
        "/places",
        "/schedules",
        "/notices",
        "/erasures",
        "/password",
    ],
    StaffRole.SECURITY: [
        "/",
        "/residents",
        "/events",
        "/gates",
        "/places",
        "/places/access-points/new",
        "/schedules",
        "/schedules/new",
        "/areas",
        "/areas/new",
        "/terminals",
        "/password",
    ],
    StaffRole.AUDIT: [
        "/",
        "/notices",
        "/notices/new",
        "/erasures",
        "/rights",
        "/disclosures",
        "/disclosures/new",
        "/assessments",
        "/audit",
        "/password",
    ],
    StaffRole.PLATFORM: ["/", "/gates", "/places", "/schedules", "/areas", "/terminals", "/staff", "/password"],
}


@pytest.mark.parametrize(("role", "path"), [(role, path) for role, paths in PAGES.items() for path in paths])
def test_a_page_opens(office: Office, role: StaffRole, path: str) -> None:
    answer = office.signed_in(role).get(f"/console{path}")
    assert answer.status_code == 200, answer.text
    assert "Kaimen" in answer.text
