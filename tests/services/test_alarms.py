"""A holder that keeps its receipt back is named."""

from __future__ import annotations

import pytest

from access.domain.consent import Channel
from access.domain.times import DAY
from access.services import alarms, withdraw
from tests.estate import Place, TestHouse
from tests.services.face_life import add_gate, settle, with_face


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
    assert (last.tag, last.subject, last.details) == (
        "alarm:erasure:overdue",
        gate.id,
        {"estate": place.estate.id, "late": 1},
    )
