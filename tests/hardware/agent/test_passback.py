"""Anti-passback at a gate that is alone: it reports and lets in; what was granted online counts as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from access.domain.passback import Leads
from access.domain.places import Method
from access.domain.times import HOUR, MINUTE
from hardware import wire
from hardware.agent.journal import Journal
from hardware.agent.passback import Passback
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator

CARD, ZONE, YARD = "04A1B2C3", "Asia/Shanghai", "a" * 16


def _area(leads: str, **changes: object) -> wire.AreaRow:
    row = wire.AreaRow(YARD, Leads(leads).value, 30, None, 0)
    return msgspec.structs.replace(row, **changes)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Passback]:
    journal = Journal(tmp_path / "journal.sqlite3")
    yield Passback(journal)
    journal.close()


def test_a_second_passage_the_same_way_is_told_and_forgiven_in_time(watch: Passback) -> None:
    way_in, way_out, at = _area("in"), _area("out"), HOUR
    assert [watch.passes([way_in], "a", at + n * MINUTE, ZONE) for n in range(2)] == [False, True]
    assert not watch.passes([way_out], "a", at + 2 * MINUTE, ZONE)
    assert not watch.passes([way_in], "a", at + 3 * MINUTE, ZONE)
    assert not watch.passes([way_in], "a", at + 33 * MINUTE, ZONE)
    assert not watch.passes([], "a", at + 34 * MINUTE, ZONE)
    assert watch.reset() == 1
    assert not watch.passes([way_in], "a", at + 35 * MINUTE, ZONE)


def test_night_and_a_reset_by_staff_forgive(watch: Passback) -> None:
    night = _area("in", forgive_minutes=1_440, nightly=4 * 60)
    four = 20 * HOUR  # four in the morning at Shanghai
    assert not watch.passes([night], "a", four - MINUTE, ZONE)
    assert not watch.passes([night], "a", four, ZONE)
    assert watch.passes([night], "a", four + MINUTE, ZONE)
    assert not watch.passes([_area("in", reset_at=four + MINUTE)], "a", four + 2 * MINUTE, ZONE)


@pytest.fixture
def gate(simulator: ServerSimulator, estate: Estate, tmp_path: Path) -> Iterator[Gate]:
    """Access point 1 leads into the yard."""
    rows = simulator.books.access_points
    rows[0] = msgspec.structs.replace(rows[0], areas=[_area("in")])
    estate.add_card(CARD)
    estate.publish()
    with Gate(simulator, tmp_path) as running:
        running.wait_lists()
        yield running


def _told(gate: Gate) -> list[bool]:
    batch = gate.agent.events.next_batch()
    assert batch is not None
    decided = [event.body for event in batch.events if event.kind == "decision"]
    return [body.get("passed_back") is True for body in decided]


def test_alone_the_gate_lets_in_and_says_so(gate: Gate) -> None:
    gate.go_offline()
    assert all(gate.agent.present(gate.point, Method.CARD, CARD).fired for _ in range(2))
    assert _told(gate) == [False, True]


def test_what_the_server_let_in_counts_when_the_network_goes(gate: Gate) -> None:
    assert not gate.agent.present(gate.point, Method.CARD, CARD).offline
    gate.go_offline()
    assert gate.agent.present(gate.point, Method.CARD, CARD).fired
    assert _told(gate) == [True]


def test_a_visitors_group_is_not_passed_back(gate: Gate, estate: Estate) -> None:
    gate.go_offline()
    text = estate.visitor_pass(uses=2)
    assert all(gate.agent.present(gate.point, Method.QR, text).fired for _ in range(2))
    assert _told(gate) == [False, False]
