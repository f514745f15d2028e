"""Inviting visitors and what they see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from access.domain.times import DAY, HOUR
from access.services import invite_visitor
from tests.estate import Place, TestHouse, resident
from tests.pages.conftest import Browser


def test_invite_share_and_cancel(wired: TestHouse, place: Place, alice: Browser, stranger: Browser) -> None:
    begin = datetime.fromtimestamp(wired.clock.now() / 1000, UTC).strftime("%Y-%m-%dT%H:%M")
    form = {"name": "老王", "begin": begin, "hours": "24", "entries": "2", "doors": [place.gate.id]}
    answer = alice.post("/m/visitors/new", "/m/visitors/new", form)
    assert answer.status_code == 302, answer.text
    page = alice.get(answer.headers["Location"])
    link = re.search(r'id="link">([^<]+)<', page)
    assert link
    visit = urlsplit(link[1]).path
    shown = stranger.get(visit)
    for text in ("South gate", "已用 0 次，共 2 次", "0 used of 2", "不能恢复"):
        assert text in page
    assert "老王" in shown
    assert "South gate" in shown
    assert "Door 1" not in shown
    assert "Alice" not in shown
    assert stranger.client.get(f"{visit}/code.svg").mimetype == "image/svg+xml"
    alice.post(f"{answer.headers['Location']}/revoke", answer.headers["Location"])
    assert "已被取消" in stranger.get(visit)
    stranger.get(f"{visit}/code.svg", 404)


@pytest.mark.parametrize(
    "change", [{"begin": "soon"}, {"begin": "9999-12-31T23:59"}, {"hours": "5"}, {"entries": "21"}, {"hours": "x"}]
)
def test_an_invitation_that_cannot_be(place: Place, alice: Browser, change: dict[str, str]) -> None:
    base = {"name": "", "begin": "2026-09-21T23:00", "hours": "4", "entries": "1", "doors": [place.gate.id]}
    answer = alice.post("/m/visitors/new", "/m/visitors/new", {**base, **change})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_no_door_chosen_is_not_every_door(wired: TestHouse, alice: Browser) -> None:
    begin = datetime.fromtimestamp(wired.clock.now() / 1000, UTC).strftime("%Y-%m-%dT%H:%M")
    form = {"name": "", "begin": begin, "hours": "24", "entries": "1"}
    answer = alice.post("/m/visitors/new", "/m/visitors/new", form)
    assert answer.status_code == 400
    assert "请至少选一道门" in answer.text


def test_each_state_of_a_visit_is_told_in_words(wired: TestHouse, place: Place, stranger: Browser) -> None:
    alice = resident(wired.house, place, "Alice")
    at = wired.clock.now()
    used, plain, later = (
        invite_visitor.invite(wired.house, alice, invite_visitor.Wish(place.estate.id, "", begin, begin + HOUR))
        for begin in (at, at, at + DAY)
    )
    with wired.house.db.transaction() as stores:
        stores.passes.redeem(used.id, at)
    assert "已经用过了" in stranger.get(f"/v/{used.secret}")
    assert "还没到时间" in stranger.get(f"/v/{later.secret}")
    wired.clock.advance(2 * HOUR)
    assert "已过期" in stranger.get(f"/v/{plain.secret}")
    assert "链接无效" in stranger.get("/v/nothing", 404)
