"""What the clock removes, and what it leaves."""

from __future__ import annotations

import pytest

from access.domain.ids import new_id
from access.domain.people import App, PhoneSession
from access.domain.times import DAY, HOUR
from access.domain.visits import IssuedPass, PassKind
from access.services import retention
from tests.estate import Place, TestHouse, resident


@pytest.mark.rule("L19")
def test_passes_and_sessions_go_when_their_time_is_over(wired: TestHouse, place: Place) -> None:
    alice, now = resident(wired.house, place, "alice"), wired.clock.now()
    visit = IssuedPass(
        new_id(), PassKind.VISITOR, place.estate.id, alice, 1, 1, now, now + HOUR, 1, 0, b"", "a" * 64, now
    )
    session = PhoneSession("b" * 64, alice, App.OFFICIAL_ACCOUNT, now, now + 7 * DAY)
    with wired.house.db.transaction() as stores:
        stores.passes.add(visit)
        stores.people.save_session(session)
    wired.clock.advance(29 * DAY)
    counts = retention.remove_what_is_due(wired.house)
    assert (counts["passes"], counts["sessions"]) == (0, 1)
    wired.clock.advance(2 * DAY)
    assert retention.remove_what_is_due(wired.house)["passes"] == 1
    with wired.house.db.reading() as stores:
        assert stores.passes.get(visit.id) is None
        assert stores.people.session(session.token_hash) is None


@pytest.mark.rule("L20")
def test_the_public_schedule_says_what_the_code_does(wired: TestHouse) -> None:
    lines = {line.what_en: line.days for line in retention.schedule(wired.house.policy.event_keep_days)}
    assert lines["Entry records"] == wired.house.policy.event_keep_days
    assert lines["Faces that match nobody"] == 0
    assert lines["Face pictures as taken"] == 0
    assert lines["Visitor data"] * DAY == retention.VISITOR_KEEP
    assert lines["Waiting chat answers"] * DAY == retention.CHAT_KEEP
