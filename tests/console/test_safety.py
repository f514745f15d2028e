"""Headers, markup and errors: nothing from elsewhere, nothing inline, no stack trace, hostile text stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from flask import Flask, before_render_template, request, template_rendered
from jinja2 import Template

from access.domain.passback import PassbackMode
from access.domain.rights import RightsKind
from access.domain.staff import StaffRole
from access.services import areas, owner_reports, rights
from access.stores import Database, Stores
from console.blueprint import console_blueprint
from console.safety import POLICY
from tests.console.conftest import Office
from tests.console.matrix import MATRIX
from tests.console.reading import addresses_in
from tests.console.scene import play
from tests.estate import BODY_EN, BODY_ZH
from tests.fakes import CountingLimiter

DOWNLOADS = ("/scan", "/document")
HOSTILE = "<script>alert(1)</script>'\"; DROP TABLE person; -- {{ 7 * 7 }} {% raw %} ${7*7}"
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", re.IGNORECASE)


def pages(office: Office) -> dict[str, str]:
    """Every page that opens, with the day's people on it."""
    scene = play(office.wired, office.place)
    asked = rights.ask(office.wired.house, scene.owner, office.place.estate.id, RightsKind.COPY, "一份")
    with office.wired.house.db.reading() as stores:
        stay = stores.residencies.of_person(scene.owner)[0]
    yard = areas.Wish(
        "院子", "Yard", PassbackMode.SOFT, 60, 240, [office.place.gate.id], [office.place.doors[0].id]
    )
    area = areas.save_area(office.wired.house, office.place.security.staff, yard)
    told = owner_reports.publish(
        office.wired.house, office.place.operations.staff, "收支", "Accounts", BODY_ZH, BODY_EN
    )
    ids = {
        "<residency_id>": scene.request.id,
        "<person_id>": scene.owner,
        "<enrolment_id>": scene.enrolment_id,
        "<event_id>": scene.events[0].id,
        "<building_id>": office.place.buildings[0].id,
        "<point_id>": office.place.gate.id,
        "<schedule_id>": office.place.schedule.id,
        "<request_id>": asked.id,
        "<area_id>": area.id,
        "<report_id>": told.id,
    }
    found = {}
    for role in StaffRole:
        browser = office.signed_in(role)
        for row in MATRIX:
            if row.method == "GET" and role in row.roles and not row.rule.endswith(DOWNLOADS):
                path = row.rule.replace("<residency_id>", stay.id) if "stays" in row.rule else row.rule
                for blank, value in ids.items():
                    path = path.replace(blank, value)
                answer = browser.get(path)
                assert answer.status_code == 200, path
                assert answer.headers["Content-Security-Policy"] == POLICY
                assert answer.headers["Cache-Control"] == "no-store"
                found[f"{role} {path}"] = answer.text
    return found


def test_no_page_loads_from_elsewhere_or_carries_inline_code(office: Office) -> None:
    for path, page in pages(office).items():
        assert not _INLINE.search(page), path
        for address in addresses_in(page):
            assert address.startswith(("/console", "#", "data:")) or address == "", (path, address)


@pytest.mark.parametrize(
    "directive",
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ],
)
def test_the_policy_is_strict(directive: str) -> None:
    assert directive in POLICY.split("; ")
    assert "unsafe" not in POLICY


def test_every_answer_carries_the_headers(office: Office) -> None:
    browser = office.browser()
    for path in ("/console/sign-in", "/console/", "/console/static/console.css", "/console/static/none.js"):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY, path
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_fault_is_told_in_words_without_its_trace(office: Office) -> None:
    class Broken(CountingLimiter):
        def allow(self, key: str, limit: int, window_ms: int) -> bool:
            raise RuntimeError("secret inner words")

    scene = play(office.wired, office.place)
    browser = office.signed_in(StaffRole.OPERATIONS)
    office.wired.limiter.__class__ = Broken
    answer = browser.get(f"/console/residents/{scene.owner}", purpose="manage_residents")
    assert answer.status_code == 500
    assert "系统出错" in answer.text
    assert "secret inner words" not in answer.text
    assert "Traceback" not in answer.text


class Watchful:
    """A database that says so when a template asks it anything."""

    def __init__(self, real: Database) -> None:
        self.real = real
        self.rendering = False
        self.asked_late: list[str] = []

    def transaction(self) -> AbstractContextManager[Stores]:
        return self._watched(self.real.transaction)

    def reading(self) -> AbstractContextManager[Stores]:
        return self._watched(self.real.reading)

    def data_version(self) -> int:
        return self.real.data_version()

    def _watched(self, ask: Callable[[], AbstractContextManager[Stores]]) -> AbstractContextManager[Stores]:
        if self.rendering:
            self.asked_late.append(request.path)
        return ask()


def test_no_template_asks_the_database(office: Office) -> None:
    watch = Watchful(office.wired.house.db)
    app = Flask("watched")
    app.secret_key = "for tests alone"
    app.register_blueprint(console_blueprint(replace(office.wired.house, db=watch), secure_cookies=False))
    rendered = []

    def begins(sender: Flask, template: Template, **_: object) -> None:
        watch.rendering = True
        rendered.append(template.name)

    def ends(sender: Flask, **_: object) -> None:
        watch.rendering = False

    with before_render_template.connected_to(begins, app), template_rendered.connected_to(ends, app):
        office.app = app
        assert len(pages(office)) == len(rendered) - 2 * len(StaffRole)
    assert watch.asked_late == []


def test_an_oversized_form_is_refused_with_words(office: Office) -> None:
    browser = office.signed_in(StaffRole.OPERATIONS)
    answer = browser.post("/console/cards/import", rows="x" * 600_000)
    assert answer.status_code == 413
    assert "内容太大" in answer.text


FORMS = [
    (StaffRole.OPERATIONS, "/console/places/buildings", {"name_zh": HOSTILE[:40], "name_en": HOSTILE[:40]}),
    (StaffRole.OPERATIONS, "/console/places/households", {"building": HOSTILE, "labels": HOSTILE}),
    (StaffRole.OPERATIONS, "/console/cards/import", {"rows": f"1-101,{HOSTILE[:30]},{HOSTILE[:20]}"}),
    (StaffRole.SECURITY, "/console/gates/claim", {"name": HOSTILE[:60], "access_points": HOSTILE}),
    (StaffRole.SECURITY, "/console/modes", {"mode": "unlock", "point": "", "reason": HOSTILE}),
    (StaffRole.SECURITY, "/console/modes", {"mode": HOSTILE, "point": HOSTILE, "reason": HOSTILE}),
    (
        StaffRole.SECURITY,
        "/console/places/access-points/new",
        {
            "name_zh": HOSTILE[:40],
            "name_en": HOSTILE[:40],
            "methods": "qr",
            "relay_ms": "3",
            "building": "",
            "challenge": "none",
        },
    ),
    (StaffRole.SECURITY, "/console/schedules/new", {"name": HOSTILE[:40], "day0": HOSTILE[:80]}),
    (
        StaffRole.AUDIT,
        "/console/notices/new",
        {
            "title_zh": HOSTILE[:80],
            "title_en": HOSTILE[:80],
            "body_zh": HOSTILE,
            "body_en": HOSTILE,
            "preview": "yes",
        },
    ),
    (
        StaffRole.PLATFORM,
        "/console/staff/new",
        {"name": "somebody", "display_name": HOSTILE[:40], "roles": "security"},
    ),
]


@pytest.mark.parametrize(("role", "path", "fields"), FORMS)
def test_hostile_text_stays_text(office: Office, role: StaffRole, path: str, fields: dict[str, str]) -> None:
    browser = office.signed_in(role)
    answer = browser.post(path, **fields)
    assert answer.status_code in {200, 302, 400}
    shown = answer.text if answer.status_code != 302 else browser.get(answer.location).text
    assert "<script>alert" not in shown
    assert "49" not in re.findall(r">\s*(49)\s*<", shown)
    assert browser.get("/console/").status_code == 200


@pytest.mark.parametrize("path", ["/console/residents", "/console/events"])
def test_hostile_search_words_find_nothing(office: Office, path: str) -> None:
    browser = office.signed_in(StaffRole.SECURITY)
    answer = browser.get(path, search=HOSTILE, door=HOSTILE, since="never", offset="-1' OR 1=1")
    assert answer.status_code in {200, 400}
    assert "<script>alert" not in answer.text


def test_a_hostile_reason_reaches_the_resident_as_it_was_written(office: Office) -> None:
    scene = play(office.wired, office.place)
    browser = office.signed_in(StaffRole.OPERATIONS)
    browser.post(f"/console/approvals/{scene.request.id}/refuse", reason=HOSTILE)
    with office.wired.house.db.reading() as stores:
        kept = stores.residencies.get(scene.request.id)
    assert kept is not None
    assert kept.reason == HOSTILE
    page = browser.get(f"/console/residents/{scene.asker}").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
