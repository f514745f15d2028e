"""Who may use what: every address of the console by method, and the roles that may."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.staff import StaffRole

OPS, SEC, AUD, PLA = StaffRole.OPERATIONS, StaffRole.SECURITY, StaffRole.AUDIT, StaffRole.PLATFORM
ALL = frozenset(StaffRole)


@dataclass(frozen=True)
class Row:
    method: str
    rule: str
    roles: frozenset[StaffRole]


def _rows(method: str, *lines: tuple[str, frozenset[StaffRole]]) -> tuple[Row, ...]:
    return tuple(Row(method, f"/console{rule}", roles) for rule, roles in lines)


MATRIX = (
    *_rows(
        "GET",
        ("/", ALL),
        ("/approvals", frozenset({OPS})),
        ("/approvals/<residency_id>", frozenset({OPS})),
        ("/residents", frozenset({OPS, SEC})),
        ("/residents/<person_id>", frozenset({OPS, SEC})),
        ("/residents/<person_id>/stays/<residency_id>/end", frozenset({OPS})),
        ("/residents/<person_id>/face", frozenset({OPS})),
        ("/cards", frozenset({OPS})),
        ("/reviews", frozenset({OPS})),
        ("/reviews/<enrolment_id>", frozenset({OPS})),
        ("/events", frozenset({SEC})),
        ("/events/<event_id>", frozenset({SEC})),
        ("/incidents", frozenset({SEC})),
        ("/modes", frozenset({SEC})),
        ("/gates", frozenset({OPS, SEC, PLA})),
        ("/places", frozenset({OPS, SEC, PLA})),
        ("/places/buildings/<building_id>", frozenset({OPS, PLA})),
        ("/places/access-points/new", frozenset({SEC, PLA})),
        ("/places/access-points/<point_id>", frozenset({OPS, SEC, PLA})),
        ("/areas", frozenset({OPS, SEC, PLA})),
        ("/areas/new", frozenset({SEC, PLA})),
        ("/areas/<area_id>", frozenset({SEC, PLA})),
        ("/alarms", frozenset({SEC})),
        ("/terminals", frozenset({SEC, PLA})),
        ("/schedules", frozenset({OPS, SEC, PLA})),
        ("/schedules/new", frozenset({SEC, PLA})),
        ("/schedules/<schedule_id>", frozenset({OPS, SEC, PLA})),
        ("/notices", frozenset({OPS, AUD})),
        ("/notices/new", frozenset({AUD})),
        ("/reports", frozenset({OPS, AUD})),
        ("/reports/new", frozenset({OPS})),
        ("/reports/<report_id>", frozenset({OPS, AUD})),
        ("/erasures", frozenset({OPS, AUD})),
        ("/rights", frozenset({AUD})),
        ("/rights/<request_id>", frozenset({AUD})),
        ("/disclosures", frozenset({OPS, SEC, AUD})),
        ("/disclosures/new", frozenset({SEC, AUD})),
        ("/disclosures/<case_id>/scan", frozenset({OPS, SEC, AUD})),
        ("/assessments", frozenset({AUD})),
        ("/assessments/<assessment_id>/document", frozenset({AUD})),
        ("/audit", frozenset({AUD})),
        ("/staff", frozenset({PLA})),
        ("/password", ALL),
    ),
    *_rows(
        "POST",
        ("/sign-out", ALL),
        ("/approvals/<residency_id>/approve", frozenset({OPS})),
        ("/approvals/<residency_id>/refuse", frozenset({OPS})),
        ("/residents/<person_id>/cards", frozenset({OPS})),
        ("/residents/<person_id>/cards/<card_id>/freeze", frozenset({OPS, SEC})),
        ("/residents/<person_id>/cards/<card_id>/release", frozenset({OPS})),
        ("/residents/<person_id>/cards/<card_id>/disable", frozenset({OPS})),
        ("/residents/<person_id>/passback", frozenset({SEC})),
        ("/residents/<person_id>/birth", frozenset({OPS})),
        ("/residents/<person_id>/stays/<residency_id>/end", frozenset({OPS})),
        ("/residents/<person_id>/face", frozenset({OPS})),
        ("/residents/<person_id>/face-at-gate", frozenset({OPS})),
        ("/cards/import", frozenset({OPS})),
        ("/reviews/<enrolment_id>/approve", frozenset({OPS})),
        ("/reviews/<enrolment_id>/reject", frozenset({OPS})),
        ("/modes", frozenset({SEC})),
        ("/modes/<proposal_id>/confirm", frozenset({SEC})),
        ("/gates/claim", frozenset({SEC, PLA})),
        ("/gates/<gate_id>/revoke", frozenset({SEC, PLA})),
        ("/places/buildings", frozenset({OPS, PLA})),
        ("/places/buildings/<building_id>", frozenset({OPS, PLA})),
        ("/places/households", frozenset({OPS, PLA})),
        ("/places/challenges", frozenset({SEC, PLA})),
        ("/places/access-points/new", frozenset({SEC, PLA})),
        ("/places/access-points/<point_id>/change", frozenset({SEC, PLA})),
        ("/places/access-points/<point_id>/rules", frozenset({SEC, PLA})),
        ("/places/access-points/<point_id>/rules/<rule_id>/delete", frozenset({SEC, PLA})),
        ("/areas/new", frozenset({SEC, PLA})),
        ("/areas/<area_id>", frozenset({SEC, PLA})),
        ("/areas/<area_id>/delete", frozenset({SEC, PLA})),
        ("/areas/<area_id>/reset", frozenset({SEC})),
        ("/areas/duress", frozenset({SEC})),
        ("/areas/duress/remove", frozenset({SEC})),
        ("/alarms/seen", frozenset({SEC})),
        ("/terminals/new", frozenset({SEC, PLA})),
        ("/terminals/<terminal_id>/revoke", frozenset({SEC, PLA})),
        ("/schedules/new", frozenset({SEC, PLA})),
        ("/schedules/<schedule_id>/change", frozenset({SEC, PLA})),
        ("/schedules/<schedule_id>/special-days", frozenset({SEC, PLA})),
        ("/notices/new", frozenset({AUD})),
        ("/reports/new", frozenset({OPS})),
        ("/rights/<request_id>/answer", frozenset({AUD})),
        ("/disclosures/new", frozenset({SEC, AUD})),
        ("/disclosures/<case_id>/name", frozenset({OPS, SEC, AUD})),
        ("/disclosures/<case_id>/approve", frozenset({OPS, SEC, AUD})),
        ("/disclosures/<case_id>/refuse", frozenset({OPS, SEC, AUD})),
        ("/disclosures/<case_id>/export", frozenset({SEC, AUD})),
        ("/assessments/new", frozenset({AUD})),
        ("/assessments/mark/<why>", frozenset({AUD})),
        ("/assessments/face/on", frozenset({AUD})),
        ("/assessments/face/off", frozenset({AUD})),
        ("/audit/verify", frozenset({AUD})),
        ("/audit/export", frozenset({AUD})),
        ("/staff/new", frozenset({PLA})),
        ("/staff/<staff_id>/roles", frozenset({PLA})),
        ("/staff/<staff_id>/disable", frozenset({PLA})),
        ("/staff/<staff_id>/enable", frozenset({PLA})),
        ("/staff/<staff_id>/reset", frozenset({PLA})),
        ("/password", ALL),
    ),
)

OPEN = frozenset(
    {("GET", "/console/sign-in"), ("POST", "/console/sign-in"), ("GET", "/console/static/<path:filename>")}
)
"""What needs nobody signed in."""
