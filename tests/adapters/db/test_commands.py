"""The contract of `Gates`: commands, and the tail that carries them to the gates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

from access.domain.commands import Command, CommandState, Op
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import ESTATE, GATE, NOW, OTHER_ESTATE, issue_open, race

WEST = replace(GATE, id="c000000000000002", name="West")


def test_commands_are_numbered_without_gaps_for_each_gate_and_epoch(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        issued = [
            stores.gates.issue(gate, Op.SYNC, None, {"version": 3}, NOW, NOW + 10, "job")
            for gate in (GATE, GATE, WEST, replace(GATE, epoch=2), GATE)
        ]
        assert [(c.gate_id, c.epoch, c.seq) for c in issued] == [
            (GATE.id, 1, 1),
            (GATE.id, 1, 2),
            (WEST.id, 1, 1),
            (GATE.id, 2, 1),
            (GATE.id, 1, 3),
        ]
        assert stores.gates.command(issued[0].id) == Command(
            issued[0].id, GATE.id, 1, 1, Op.SYNC, None, {"version": 3}, NOW, NOW + 10, "job"
        )
        assert stores.gates.command("0" * 16) is None


def test_numbers_stay_without_gaps_when_many_issue_at_once(house: PeeweeDatabase) -> None:
    assert race(house, 120, 8, lambda stores, _: bool(issue_open(stores))) == 120
    with house.reading() as stores:
        seqs = [command.seq for _, command in stores.gates.commands_after(0, 500)]
    assert sorted(seqs) == list(range(1, 121))


def test_open_commands_are_unfinished_unexpired_and_of_the_present_epoch(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        gates = stores.gates
        done, received, waiting, short = (issue_open(stores) for _ in range(4))
        gates.set_command(done, CommandState.DONE, NOW)
        gates.set_command(received, CommandState.RECEIVED, NOW)
        assert [command.id for command in gates.open_commands(GATE.id, NOW)] == [received, waiting, short]
        assert gates.open_commands(GATE.id, NOW + 8_000) == []
        assert gates.open_commands(WEST.id, NOW) == []
        gates.add_gate(replace(GATE, epoch=2))
        assert gates.open_commands(GATE.id, NOW) == []


def test_a_command_moves_forward_only(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        gates = stores.gates
        command = issue_open(stores)
        assert gates.set_command(command, CommandState.RECEIVED, NOW + 1)
        assert not gates.set_command(command, CommandState.RECEIVED, NOW + 2)
        assert not gates.set_command(command, CommandState.ISSUED, NOW + 2)
        assert gates.set_command(command, CommandState.DONE, NOW + 3)
        assert not gates.set_command(command, CommandState.FAILED, NOW + 4)
        assert not gates.set_command(command, CommandState.RECEIVED, NOW + 4)
        found = gates.command(command)
        assert found is not None
        assert (found.state, found.finished_at) == (CommandState.DONE, NOW + 3)
        assert not gates.set_command("0" * 16, CommandState.DONE, NOW)


def test_one_of_many_finishes_a_command(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        command = issue_open(stores)
    ends = (CommandState.DONE, CommandState.EXPIRED)
    won = race(house, 40, 8, lambda stores, number: stores.gates.set_command(command, ends[number % 2], NOW))
    assert won == 1


def test_the_tail_gives_every_command_in_row_order(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        assert stores.gates.last_command_row() == 0
        issued = [issue_open(stores, gate) for gate in (GATE, WEST, GATE)]
    with house.reading() as stores:
        tail = stores.gates.commands_after(0, 10)
        assert [command.id for _, command in tail] == issued
        rows = [row for row, _ in tail]
        assert rows == sorted(set(rows))
        assert stores.gates.last_command_row() == rows[-1]
        assert [row for row, _ in stores.gates.commands_after(rows[0], 1)] == [rows[1]]
        assert stores.gates.commands_after(rows[-1], 10) == []


def test_a_row_number_is_not_given_again_after_deletion(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.gates.set_command(issue_open(stores), CommandState.DONE, NOW)
        last = stores.gates.last_command_row()
        assert stores.gates.delete_before(NOW + 1) == 1
        new = issue_open(stores)
        assert [(row > last, command.id) for row, command in stores.gates.commands_after(last, 9)] == [(True, new)]


def test_finished_and_expired_commands_are_deleted(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        gates = stores.gates
        finished, waiting = issue_open(stores), issue_open(stores)
        gates.set_command(finished, CommandState.DONE, NOW)
        assert gates.delete_before(NOW) == 0
        assert gates.delete_before(NOW + 8_000) == 1
        assert gates.command(waiting) is not None
        assert gates.delete_before(NOW + 8_001) == 1
        assert gates.command(waiting) is None


def test_the_tail_waits_for_a_lower_row_that_commits_later(postgres_database: PeeweeDatabase) -> None:
    """On PostgreSQL a row id is given at the insert and seen at the commit; SQLite has one writer at a time."""
    inserted, may_commit = Event(), Event()

    def slow() -> str:
        with postgres_database.transaction() as stores:
            command = issue_open(stores)
            inserted.set()
            may_commit.wait()
        return command

    def tail(after: int) -> list[str]:
        with postgres_database.reading() as stores:
            return [command.id for _, command in stores.gates.commands_after(after, 10)]

    with postgres_database.reading() as stores:
        last = stores.gates.last_command_row()
    with ThreadPoolExecutor(2) as pool:
        lower = pool.submit(slow)
        inserted.wait()
        with postgres_database.transaction() as stores:
            higher = issue_open(stores, WEST)
        seen = pool.submit(tail, last)
        while not seen.done() and not _somebody_waits(postgres_database):
            continue
        may_commit.set()
        assert seen.result() == [lower.result(), higher]


def _somebody_waits(database: PeeweeDatabase) -> bool:
    """True while a transaction waits for an advisory lock."""
    handle: Any = database.handle
    with handle.connection_context():
        waiting = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(handle.execute_sql(waiting).fetchone()[0])


def test_the_newest_commands_of_an_estate_by_operation(house: PeeweeDatabase) -> None:
    elsewhere = replace(GATE, id="c000000000000003", estate_id=OTHER_ESTATE.id)
    with house.transaction() as stores:
        gates = stores.gates
        gates.add_gate(WEST)
        gates.add_gate(elsewhere)
        for gate, op in ((GATE, Op.UNLOCK), (WEST, Op.NORMAL), (elsewhere, Op.NORMAL), (GATE, Op.SYNC)):
            gates.issue(gate, op, None, {}, NOW, NOW + 10, "staff:1")
        newest = gates.newest_commands(ESTATE.id, (Op.UNLOCK, Op.NORMAL), 9)
        assert [(c.gate_id, c.op) for c in newest] == [(WEST.id, Op.NORMAL), (GATE.id, Op.UNLOCK)]
        assert [c.gate_id for c in gates.newest_commands(ESTATE.id, (Op.UNLOCK, Op.NORMAL), 1)] == [WEST.id]
