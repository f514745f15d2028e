"""The network is gone: the gate decides by its signed lists, and says later what it did."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import DAY, HOUR, MINUTE
from hardware.agent.presenting import Outcome
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator

CARD = "04A1B2C3"


@pytest.fixture
def gate(estate: Estate, tmp_path: Path):  # type: ignore[no-untyped-def]
    """A gate that holds the estate's lists and has lost its server."""
    estate.add_card(CARD)
    estate.publish()
    with Gate(estate.simulator, tmp_path) as running:
        running.wait_lists()
        running.go_offline()
        yield running


def _card(gate: Gate, number: str = CARD) -> Outcome:
    outcome = gate.agent.present(gate.point, Method.CARD, number)
    assert outcome.offline
    return outcome


def _code(gate: Gate, text: str, point: str | None = None) -> Outcome:
    return gate.agent.present(point or gate.point, Method.QR, text)


@pytest.mark.rule("L18")
def test_a_resident_a_card_and_a_visitor_enter_through_72_hours(gate: Gate, estate: Estate) -> None:
    _, resident = estate.resident_pass()
    assert _code(gate, resident).fired
    assert _card(gate).fired
    gate.ticks.ahead = 71 * HOUR
    assert _card(gate).fired
    visitor = estate.visitor_pass(starts=70, hours=4)
    assert _code(gate, visitor).fired
    _, later = estate.resident_pass(at=gate.agent.clock.now())
    assert _code(gate, later).reason is Reason.EXPIRED
    estate.now += 71 * HOUR
    _, renewed = estate.resident_pass()
    assert _code(gate, renewed).fired
    assert len(gate.terminal.relay.fired) == 5
    gate.simulator.books.clock_ahead = 71 * HOUR
    gate.simulator.come_back()
    events = gate.simulator.books.events
    gate.simulator.wait(lambda: [e.kind for e in events.get(1, [])].count("decision") == 6)


@pytest.mark.rule("L18")
def test_past_the_policy_passes_stop_first_and_cards_later(gate: Gate, estate: Estate) -> None:
    gate.ticks.ahead = 73 * HOUR
    assert _code(gate, estate.visitor_pass(starts=72)).reason is Reason.FAULT
    assert _card(gate).granted
    gate.ticks.ahead = 7 * DAY + HOUR
    assert _card(gate).reason is Reason.FAULT


def test_a_one_time_pass_opens_once(gate: Gate, estate: Estate) -> None:
    text = estate.visitor_pass()
    assert _code(gate, text).granted
    assert _code(gate, text).reason is Reason.USED
    twice = estate.visitor_pass(uses=2)
    assert [_code(gate, twice).granted for _ in range(3)] == [True, True, False]


def test_a_resident_pass_opens_once_a_step_and_a_screenshot_dies(gate: Gate, estate: Estate) -> None:
    _, text = estate.resident_pass()
    assert _code(gate, text).granted
    assert _code(gate, text).reason is Reason.REPEATED
    gate.ticks.ahead = MINUTE
    assert _code(gate, text).reason is Reason.STALE


def test_each_wrong_pass_has_its_reason(gate: Gate, estate: Estate) -> None:
    elsewhere = gate.simulator.books.access_points[1].id
    stranger = Estate(estate.simulator)
    assert _code(gate, estate.visitor_pass(estate=8)).reason is Reason.OTHER_ESTATE
    assert _code(gate, stranger.visitor_pass()).reason is Reason.FORGED
    assert _code(gate, estate.visitor_pass(starts=2)).reason is Reason.TOO_EARLY
    assert _code(gate, estate.visitor_pass(starts=-5)).reason is Reason.EXPIRED
    assert _code(gate, estate.visitor_pass(), elsewhere).reason is Reason.WRONG_ACCESS_POINT
    assert _code(gate, "G1:" + "A" * 300).reason is Reason.UNREADABLE
    assert gate.terminal.relay.fired == []


def test_unknown_card_nonsense_and_face_stay_out(gate: Gate) -> None:
    assert _card(gate, "04FFFFFF").reason is Reason.UNKNOWN
    for nonsense in ("'; DROP TABLE rows; --", "zzz", "🪪"):
        assert _card(gate, nonsense).reason is Reason.CARD_UNREADABLE
    face = gate.agent.present(gate.point, Method.FACE, frames=[b"\xff\xd8"])
    assert (face.granted, face.reason, face.offline) == (False, Reason.FACE_OFFLINE, True)
    assert _card(gate).granted


def test_schedule_and_special_day_hold_offline(estate: Estate, tmp_path: Path) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    estate.add_card(CARD)
    estate.special = {today: []}
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        gate.go_offline()
        assert _card(gate).reason is Reason.SCHEDULE
        gate.ticks.ahead = DAY
        assert _card(gate).granted


def test_a_residency_that_ended_and_another_building_have_no_right(estate: Estate, tmp_path: Path) -> None:
    estate.add_card("0001", places=[(estate.building, 0, estate.now - DAY)])
    estate.add_card("0002", valid_to=estate.now - DAY)
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        gate.go_offline()
        assert _card(gate, "0001").reason is Reason.NO_RIGHT
        assert _card(gate, "0002").reason is Reason.EXPIRED


@pytest.mark.rule("L18")
def test_a_revocation_by_delta_holds_offline(estate: Estate, tmp_path: Path) -> None:
    pass_id, text = estate.resident_pass()
    holder = estate.add_card(CARD)
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        estate.revoked[pass_id] = estate.now + DAY
        estate.publish_delta("revoked_passes", {pass_id: estate.now + DAY}, [])
        gate.simulator.push(gate.simulator.frame("sync", {"version": 2}, ap=None))
        gate.wait_lists(2)
        args: dict[str, object] = {"holding": "a" * 16, "person": holder}
        gate.simulator.push(gate.simulator.frame("erase", args, ap=None))
        gate.simulator.wait(lambda: len(gate.simulator.books.receipts) == 1)
        gate.go_offline()
        assert _code(gate, text).reason is Reason.REVOKED
        assert _card(gate).reason is Reason.UNKNOWN


def test_a_withdrawn_face_leaves_the_card_at_the_gate(estate: Estate, tmp_path: Path) -> None:
    holder = estate.add_card(CARD)
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        args: dict[str, object] = {"holding": "a" * 16, "person": holder, "scope": "face"}
        gate.simulator.push(gate.simulator.frame("erase", args, ap=None))
        gate.simulator.wait(lambda: len(gate.simulator.books.receipts) == 1)
        gate.go_offline()
        assert _card(gate).granted


def test_a_gap_or_a_wrong_hash_asks_for_the_whole(estate: Estate, tmp_path: Path) -> None:
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        estate.publish_delta("revoked_passes", {"b" * 16: estate.now}, [])
        estate.publish(issued=estate.now + 2)
        gate.agent.sync_now()
        gate.wait_lists(2)
    # what is held is said once more after a while, so one question may stand there twice
    assert [since for since, _ in groupby(estate.simulator.books.snapshot_requests)][:3] == ["", "1", ""]


def test_lists_of_another_gate_or_an_older_day_are_not_taken(estate: Estate, tmp_path: Path) -> None:
    estate.add_card(CARD)
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        for wrong in ({"gate": "f" * 16, "version": 9}, {"issued": estate.now - DAY, "version": 9}):
            estate.publish(**wrong)
            gate.simulator.push(gate.simulator.frame("sync", {"version": 9}, ap=None))
        gate.simulator.wait(lambda: [ack.state for ack in gate.simulator.books.acks] == ["failed", "failed"])
        assert gate.agent.lists.policy is not None
        assert gate.agent.lists.policy.head.version == 1


def test_without_a_time_since_boot_cards_work_and_passes_do_not(estate: Estate, tmp_path: Path) -> None:
    estate.add_card(CARD)
    estate.add_card("0002", valid_to=estate.now - DAY)
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
    estate.simulator.vanish()
    rebooted = Gate(estate.simulator, tmp_path, boot="another boot")
    rebooted.agent.start()
    assert rebooted.agent.clock.now() is None
    assert _card(rebooted).granted
    assert _card(rebooted, "0002").reason is Reason.EXPIRED
    assert _code(rebooted, estate.visitor_pass()).reason is Reason.FAULT
    rebooted.agent.close()


def test_a_restart_within_the_same_boot_keeps_the_time(estate: Estate, tmp_path: Path) -> None:
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
    estate.simulator.vanish()
    again = Gate(estate.simulator, tmp_path)
    again.agent.start()
    now = again.agent.clock.now()
    assert now is not None
    assert abs(now - int(time.time() * 1000)) < HOUR
    assert _code(again, estate.visitor_pass()).granted
    again.agent.close()


def test_a_server_that_is_slow_is_not_waited_for(estate: Estate, tmp_path: Path) -> None:
    estate.add_card(CARD)
    estate.publish()
    with Gate(estate.simulator, tmp_path, quick_seconds=0.2) as gate:
        gate.wait_lists()
        gate.simulator.answering.clear()
        outcome = _card(gate)
        assert outcome.fired
        gate.simulator.answering.set()
        simulator: ServerSimulator = gate.simulator
        simulator.wait(lambda: [(a.state, a.detail) for a in simulator.books.acks] == [("done", "already_open")])
        assert len(gate.terminal.relay.fired) == 1


def test_a_visitor_let_in_online_cannot_come_again_offline(estate: Estate, tmp_path: Path) -> None:
    estate.publish()
    text = estate.visitor_pass()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        assert not _code(gate, text).offline
        gate.go_offline()
        assert _code(gate, text).reason is Reason.USED


def test_a_relay_that_does_not_switch_is_told_after_the_grant(gate: Gate) -> None:
    gate.terminal.relay.broken = True
    outcome = _card(gate)
    assert (outcome.granted, outcome.reason, outcome.fired) == (False, Reason.FAULT, False)
    gate.simulator.come_back()
    gate.simulator.wait(lambda: any(event.kind == "failed" for event in gate.simulator.books.events.get(1, [])))
    told = [(e.kind, e.body.get("id") or e.body.get("event")) for e in gate.simulator.books.events[1]]
    assert [("decision", outcome.event), ("failed", outcome.event)] == [
        t for t in told if t[0] in ("decision", "failed")
    ]


def test_what_waited_too_long_to_be_asked_is_not_asked_any_more(estate: Estate, tmp_path: Path) -> None:
    """The service hangs and every thread that asks it is taken: the gate decides alone, for good."""
    estate.publish()
    with Gate(estate.simulator, tmp_path, quick_seconds=0.5) as gate:
        gate.wait_lists()
        pool, hanging = gate.agent.presenter._posts, threading.Event()
        taken = [pool.submit(hanging.wait, 20) for _ in range(4)]
        denied = gate.agent.present(gate.point, Method.CARD, CARD)
        assert (denied.offline, denied.reason) == (True, Reason.UNKNOWN)
        hanging.set()
        assert all(one.result(20) for one in taken)
        assert [pool.submit(int).result(20) for _ in range(4)] == [0] * 4
    assert estate.simulator.books.presented == []
