"""Texts in two languages, notices and reports alike: a preview looks for words that make face sound like a must."""

from __future__ import annotations

import re

import pytest

from access.domain.staff import StaffRole
from tests.console.conftest import Office
from tests.estate import BODY_EN, BODY_ZH

FORM = {"title_zh": "收支报告", "title_en": "Accounts", "body_zh": BODY_ZH, "body_en": BODY_EN}
WRITERS = [(StaffRole.AUDIT, "/console/notices/new"), (StaffRole.OPERATIONS, "/console/reports/new")]
MUST_ZH, MUST_EN = "下月起必须刷脸，请业主尽快到物业登记人脸，谢谢配合。", "From May you must enter with your face."
PUBLISH = 'name="publish"'


@pytest.mark.rule("L8")
@pytest.mark.parametrize(("role", "path"), WRITERS)
@pytest.mark.parametrize(
    ("where", "text", "found"),
    [
        ("title_zh", MUST_ZH, "必须刷脸"),
        ("title_en", MUST_EN, "must enter with your face"),
        ("body_zh", MUST_ZH, "必须刷脸"),
        ("body_en", MUST_EN, "must enter with your face"),
    ],
)
def test_a_preview_names_the_words_wherever_they_stand_and_offers_no_publishing(
    office: Office, role: StaffRole, path: str, where: str, text: str, found: str
) -> None:
    browser = office.signed_in(role)
    browser.get(path)
    answer = browser.post(path, preview="yes", **{**FORM, where: text})
    assert answer.status_code == 200
    assert f"<code>{found}</code>" in answer.text
    assert PUBLISH not in answer.text


@pytest.mark.parametrize(("role", "path"), WRITERS)
def test_what_was_written_stays_in_the_form_beside_its_preview(office: Office, role: StaffRole, path: str) -> None:
    browser = office.signed_in(role)
    browser.get(path)
    page = browser.post(path, preview="yes", **FORM).text
    assert page.count(BODY_ZH) == 2
    assert PUBLISH in page


@pytest.mark.parametrize(("role", "path"), WRITERS)
@pytest.mark.parametrize("missing", sorted(FORM))
def test_nothing_is_previewed_while_a_part_is_missing(
    office: Office, role: StaffRole, path: str, missing: str
) -> None:
    browser = office.signed_in(role)
    browser.get(path)
    answer = browser.post(path, publish="yes", **{**FORM, missing: " "})
    assert (answer.status_code, PUBLISH in answer.text) == (400, False)
    assert f'id="{missing}-why"' in answer.text


def test_the_next_notice_begins_as_the_last_and_asks_anew_unless_told_otherwise(office: Office) -> None:
    browser = office.signed_in(StaffRole.AUDIT)
    browser.get("/console/notices/new")
    assert browser.post("/console/notices/new", publish="yes", **FORM).status_code == 302
    page = browser.get("/console/notices/new").text
    assert FORM["title_zh"] in page
    assert re.search(r"<input checked[^>]*name=\"material\"", page)
