"""A request about one's own data, from the phone: put, waiting, answered."""

from __future__ import annotations

import pytest

from access.domain.people import App
from access.services import register, rights
from tests.estate import Place, TestHouse
from tests.pages.conftest import Browser


@pytest.mark.rule("L11")
def test_a_request_about_my_data_is_put_and_its_answer_shown(
    wired: TestHouse, place: Place, alice: Browser, charlie: Browser
) -> None:
    alice_id = register.find_person(wired.house, App.OFFICIAL_ACCOUNT, "openid-of-Alice")
    assert alice_id is not None
    form = {"kind": "explanation", "words": "<b>为什么</b>没开门", "about": ""}
    assert alice.post("/m/requests", "/m/requests", form).status_code == 302
    (asked,) = rights.mine(wired.house, alice_id)
    assert "等待答复" in alice.get("/m/requests")
    assert "等待答复" not in charlie.get("/m/requests")
    rights.answer(wired.house, place.audit.staff, asked.id, False, "码已过期 <i>")
    page = alice.get("/m/requests")
    assert "未能办理" in page
    assert "码已过期 &lt;i&gt;" in page
    for changed in ({"kind": "everything"}, {"words": ""}, {"about": "' OR 1=1"}):
        assert alice.post("/m/requests", "/m/requests", {**form, **changed}).status_code == 400
