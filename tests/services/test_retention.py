"""The schedule that people read is the one the clock keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.events import AccessEvent, Opening
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.times import DAY
from access.domain.visits import VISITOR_KEEP
from access.services import retention
from tests.estate import Place, TestHouse, resident


def entry(wired: TestHouse, place: Place, person_id: str) -> AccessEvent:
    event = AccessEvent(
        new_id(), wired.clock.now(), place.estate.id, place.gate.id, "gate", Method.QR, True, None, person_id, None,
        None, Opening.OPENED,
    )  # fmt: skip
    with wired.house.db.transaction() as stores:
        stores.events.add(event)
    return event


@pytest.mark.rule("L19", "L20")
@pytest.mark.parametrize("days", [90, 30])
def test_entry_records_leave_when_the_public_page_says(wired: TestHouse, place: Place, days: int) -> None:
    house = replace(wired.house, policy=replace(wired.house.policy, event_keep_days=days))
    said = next(line.days for line in retention.schedule(days) if line.what_en == "Entry records")
    event = entry(wired, place, resident(wired.house, place, "alice"))
    wired.clock.advance(said * DAY)
    assert retention.remove_what_is_due(house)["events"] == 0
    wired.clock.advance(1)
    assert retention.remove_what_is_due(house)["events"] == 1
    with house.db.reading() as stores:
        assert stores.events.get(event.id) is None


@pytest.mark.rule("L20")
def test_the_page_and_the_job_say_the_same(wired: TestHouse) -> None:
    days = {line.what_en: line.days for line in retention.schedule(wired.house.policy.event_keep_days)}
    assert days["Visitor data"] * DAY == VISITOR_KEEP
    assert days["Waiting chat answers"] * DAY == retention.CHAT_KEEP
    assert days["Cases of an authority"] * DAY == retention.DISCLOSURE_KEEP
    assert days["Face pictures as taken"] == days["Faces that match nobody"] == 0
    assert all(line.what_zh and line.then_zh and line.then_en for line in retention.schedule(90))
