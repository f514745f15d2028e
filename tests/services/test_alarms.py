"""A holder that keeps its receipt back is named."""

from __future__ import annotations

import pytest

from access.domain.consent import Channel
from access.domain.times import DAY, HOUR
from access.services import alarms, withdraw
from tests.estate import Place, TestHouse
from tests.services.face_life import add_gate, settle, with_face


def alarms_said(wired: TestHouse, holder: str) -> int:
    with wired.house.db.reading() as stores:
        rows = stores.audit.page(0, 10_000)
    return sum((row.tag, row.subject) == ("alarm:erasure:overdue", holder) for row in rows)


@pytest.mark.rule("L12")
def test_a_gate_without_a_receipt_after_a_day_is_alarmed(wired: TestHouse, place: Place) -> None:
    alice = with_face(wired, place, "alice")
    gate, _ = add_gate(wired, place)
    withdraw.withdraw_face(wired.house, alice, place.estate.id, Channel.PAGE)
    settle(wired)
    wired.clock.advance(DAY)
    assert alarms.late_erasures(wired.house) == 0
    wired.clock.advance(1)
    assert alarms.late_erasures(wired.house) == 1
    with wired.house.db.reading() as stores:
        last = stores.audit.page(stores.audit.last_seq() - 1, 1)[0]
    wired.clock.advance(HOUR)
    assert alarms.late_erasures(wired.house) == 1  # looked at every hour, said once a day
    assert alarms_said(wired, gate.id) == 1
    bob = with_face(wired, place, "bob", "1-102")
    withdraw.withdraw_face(wired.house, bob, place.estate.id, Channel.PAGE)
    settle(wired)
    wired.clock.advance(DAY - HOUR)
    alarms.late_erasures(wired.house)
    assert alarms_said(wired, gate.id) == 2  # a day later
    wired.clock.advance(HOUR + 1)
    alarms.late_erasures(wired.house)
    assert alarms_said(wired, gate.id) == 3  # another one is late: at once
    assert (last.tag, last.subject, last.details) == (
        "alarm:erasure:overdue",
        gate.id,
        {"estate": place.estate.id, "late": 1},
    )
