"""Power cuts, broken files and full disks: nothing fires twice, nothing is lost in silence."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from access.domain.errors import InvalidInput
from access.domain.ids import new_id
from access.domain.places import Method
from hardware import wire
from hardware.agent import identity, server
from hardware.agent.journal import Journal
from hardware.agent.lists import ListStore
from hardware.agent.log import EventLog
from hardware.agent.recovery import open_journal
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import CODE, ServerSimulator

_COMMANDS = 60
_KILLS = 8


@pytest.mark.slow
def test_kill_9_at_any_point_never_fires_twice(simulator: ServerSimulator, tmp_path: Path) -> None:
    """Each command carries its own pulse length, so the relay's file tells which command fired."""
    server.claim(simulator.url, tmp_path / "data", CODE)
    firings, ids = tmp_path / "firings", {}
    command = [sys.executable, "-m", "tests.hardware.agent.killed_gate", simulator.url]
    command += [str(tmp_path / "data"), str(firings)]
    chance = random.Random(7)
    frames = []
    for n in range(_COMMANDS):
        frame = simulator.frame(
            "open", {"event": new_id(), "relay_ms": 1000 + n}, expires=simulator.now() + 120_000
        )
        ids[1000 + n] = wire.open_command(frame, _keys(simulator)).id
        frames.append(frame)
    pending = iter(frames)
    for _ in range(_KILLS):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        process.stdout.readline()
        simulator.wait_connected()
        for frame in [next(pending) for _ in range(_COMMANDS // (_KILLS + 1))]:
            simulator.push(frame)
        # The kill lands somewhere among the commands just sent: a random wait is the point of it.
        threading.Event().wait(chance.uniform(0.0, 0.03))
        process.kill()
        process.wait()
        process.stdout.close()
    for frame in pending:
        simulator.push(frame)
    last = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    simulator.wait(lambda: {ack.id for ack in simulator.books.acks} == set(ids.values()), 60)
    last.kill()
    last.wait()
    fired = Counter(int(line) for line in firings.read_text().split())
    states = {ack.id: ack.state for ack in simulator.books.acks}
    assert all(count == 1 for count in fired.values())
    assert all(fired[ms] == 1 for ms, command_id in ids.items() if states[command_id] == "done")
    assert set(states.values()) <= {"done", "unknown"}


def _keys(simulator: ServerSimulator) -> dict[str, bytes]:
    certificate = wire.certify(simulator.books.key_id, simulator.books.command_seed, simulator.books.root_seed)
    return {certificate.id: wire.unpack(certificate.key)}


def test_events_survive_and_are_uploaded_exactly_once(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        gate.go_offline()
        for n in range(1200):
            gate.agent.report("held", {"ap": gate.point, "seconds": n})
    simulator.come_back()
    with Gate(simulator, tmp_path):
        simulator.wait(lambda: len(simulator.books.events.get(1, [])) >= 1202)
    stored = simulator.books.events[1]
    assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
    assert [event.body["seconds"] for event in stored if event.kind == "held"] == list(range(1200))
    assert [event.kind for event in stored].count("started") == 2


class PowerCutError(BaseException):
    """Nothing runs any more."""


def test_a_power_cut_as_the_door_opens_does_not_lose_who_went_in(estate: Estate, tmp_path: Path) -> None:
    def cut(_energised: bool) -> None:
        raise PowerCutError

    estate.add_card("04A1B2C3")
    estate.publish()
    simulator = estate.simulator
    with Gate(simulator, tmp_path) as gate:
        gate.wait_lists()
        gate.go_offline()
        gate.terminal.relay.on_change(cut)
        with pytest.raises(PowerCutError):
            gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
    simulator.come_back()
    with Gate(simulator, tmp_path):
        simulator.wait(lambda: len([e for e in simulator.books.events.get(1, []) if e.kind == "started"]) == 2)
    decided = [event.body["granted"] for event in simulator.books.events[1] if event.kind == "decision"]
    assert decided == [True]


@pytest.mark.parametrize(("strange", "epoch"), [(1, 1), (2, 2)])
def test_a_mark_beyond_what_was_sent_is_asked_once_more_and_then_not_believed(
    simulator: ServerSimulator, tmp_path: Path, strange: int, epoch: int
) -> None:
    """Once it may be garbled; a server that says it again keeps another record than ours."""
    count = wire.MAX_EVENTS + 5
    with Gate(simulator, tmp_path) as gate:
        gate.go_offline()
        for n in range(count):
            gate.agent.report("held", {"ap": gate.point, "seconds": n})
    simulator.books.events.clear()
    simulator.books.strange_marks = [count + 100] * strange
    simulator.come_back()
    with Gate(simulator, tmp_path):
        simulator.wait(lambda: len(_held(simulator, epoch)) >= count)
    assert _held(simulator, epoch) == list(range(count))


def _held(simulator: ServerSimulator, epoch: int) -> list[object]:
    return [event.body["seconds"] for event in simulator.books.events.get(epoch, []) if event.kind == "held"]


def test_a_full_buffer_keeps_the_oldest_and_counts_the_rest(tmp_path: Path) -> None:
    log = EventLog(Journal(tmp_path / "journal.sqlite3"), limit=3)
    kept = [log.append("held", {"seconds": n}, n) for n in range(5)]
    assert (kept, log.lost()) == ([True, True, True, False, False], 2)
    log.acknowledged(2)
    assert log.append("held", {"seconds": 5}, 5)
    batch = log.next_batch()
    assert batch is not None
    assert [(event.kind, event.body.get("lost")) for event in batch.events] == [
        ("held", None),
        ("started", 2),
        ("held", None),
    ]
    assert [event.seq for event in batch.events] == [3, 4, 5]


def test_a_damaged_journal_is_rebuilt_with_what_can_be_read(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        gate.go_offline()
        for n in range(400):
            gate.agent.report("held", {"ap": gate.point, "seconds": n})
    _damage(tmp_path / "journal.sqlite3")
    simulator.come_back()
    with Gate(simulator, tmp_path) as gate:
        assert gate.agent.events.epoch == 2
        simulator.wait(lambda: any(event.kind == "started" for event in simulator.books.events.get(2, [])))
    stored = simulator.books.events[2]
    started = next(event for event in stored if event.kind == "started" and "lost" in event.body)
    rescued = [event for event in stored if event.kind == "held"]
    assert 0 < len(rescued) < 400
    assert started.body["cause"] == "journal_rebuilt"
    assert started.body["lost"] in (-1, 401 - len(rescued) - 1, 401 - len(rescued))
    assert list(tmp_path.glob("journal.damaged.*.sqlite3"))


def test_a_journal_that_vanished_starts_a_new_epoch_and_says_so(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path):
        simulator.wait(lambda: 1 in simulator.books.events)
    for path in tmp_path.glob("journal.sqlite3*"):
        path.unlink()
    with Gate(simulator, tmp_path):
        simulator.wait(lambda: 2 in simulator.books.events)
    assert simulator.books.events[2][0].body["lost"] == -1


def test_a_damaged_claim_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "claimed.json").write_text("{", encoding="ascii")
    with pytest.raises(InvalidInput, match="claim the gate anew"):
        identity.load(tmp_path)


def test_nonsense_for_a_journal_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(b"this is no database" * 500)
    recovered = open_journal(tmp_path)
    assert recovered.lost == -1
    assert recovered.journal.noted("clock") is None


def test_damaged_lists_are_thrown_away_and_fetched_again(estate: Estate, tmp_path: Path) -> None:
    estate.add_card("04A1B2C3")
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
    (tmp_path / "lists.sqlite3").write_bytes(b"\0" * 8192)
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        gate.go_offline()
        assert gate.agent.present(gate.point, Method.CARD, "04A1B2C3").granted


def test_a_full_disk_fires_nothing_and_recovers(estate: Estate, tmp_path: Path) -> None:
    estate.add_card("04A1B2C3")
    estate.publish()
    with Gate(estate.simulator, tmp_path) as gate:
        gate.wait_lists()
        simulator = gate.simulator
        simulator.wait(lambda: bool(simulator.books.events))
        _fill(gate.agent._journal, full=True)
        frame = simulator.frame("open", {"event": new_id(), "relay_ms": 200})
        assert not gate.agent._commands.receive(frame)
        gate.go_offline()
        refused = gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
        assert (refused.granted, gate.terminal.relay.fired) == (False, [])
        _fill(gate.agent._journal, full=False)
        assert gate.agent.present(gate.point, Method.CARD, "04A1B2C3").fired


def test_the_doors_follow_before_anybody_who_waits_for_the_lists(estate: Estate, tmp_path: Path) -> None:
    store = ListStore(tmp_path / "lists.sqlite3")
    went_on = threading.Event()
    order: list[str] = []

    def doors_follow() -> None:
        assert not went_on.wait(0.05)
        order.append("doors")

    def wait() -> None:
        assert store.wait_version(1, 20)
        went_on.set()
        order.append("waiting")

    store.follow(doors_follow)
    waiting = threading.Thread(target=wait)
    waiting.start()
    estate.publish()
    assert estate.simulator.books.lists is not None
    body = wire.open_lists(estate.simulator.books.lists, _keys(estate.simulator))
    assert isinstance(body, wire.Snapshot)
    store.take_snapshot(body)
    waiting.join(20)
    assert order == ["doors", "waiting"]


def test_nobody_waits_for_lists_that_are_being_checked(estate: Estate, tmp_path: Path) -> None:
    estate.add_card("04A1B2C3")
    estate.publish()
    store = ListStore(tmp_path / "lists.sqlite3")
    assert estate.simulator.books.lists is not None
    body = wire.open_lists(estate.simulator.books.lists, _keys(estate.simulator))
    assert isinstance(body, wire.Snapshot)
    store.take_snapshot(body)
    found: list[wire.CardRow | None] = []
    with store._lock:
        asking = threading.Thread(target=lambda: found.append(store.card("04A1B2C3")), daemon=True)
        asking.start()
        asking.join(20)
        assert found
        assert store.counts()["cards"] == 1
    assert found[0] is not None
    assert store.forget_person(found[0].holder) == 1
    assert "cards" not in store.counts()


def test_half_a_snapshot_changes_nothing(estate: Estate, tmp_path: Path) -> None:
    estate.add_card("04A1B2C3")
    store = ListStore(tmp_path / "lists.sqlite3")
    estate.publish()
    assert estate.simulator.books.lists is not None
    body = wire.open_lists(estate.simulator.books.lists, _keys(estate.simulator))
    assert isinstance(body, wire.Snapshot)
    store.take_snapshot(body)
    store._db.execute("PRAGMA max_page_count = 1")
    for n in range(2000):
        estate.add_card(f"{n:08d}")
    estate.version = 2
    estate.publish()
    bigger = wire.open_lists(estate.simulator.books.lists, _keys(estate.simulator))
    assert isinstance(bigger, wire.Snapshot)
    with pytest.raises(sqlite3.OperationalError):
        store.take_snapshot(bigger)
    assert store.policy is not None
    assert store.policy.head.version == 1
    assert store.card("04A1B2C3") is not None


def _damage(path: Path) -> None:
    """Overwrite a page of events, as a worn-out card does."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    place = content.index(b'"seconds": 200') // 4096 * 4096
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xa5" * 4096)


def _fill(journal: Journal, full: bool) -> None:
    """SQLite's own page limit answers as a full disk does (SQLITE_FULL)."""
    with journal.reading() as db:
        db.execute(f"PRAGMA max_page_count = {1 if full else 1_000_000}")
        for row in ("intents VALUES (9, ?, '', '', 'done', '', 0, 1, 1)", "firings VALUES (?, 0, '')"):
            for n in range(100_000 if full else 0):
                try:
                    db.execute(f"INSERT INTO {row}", (n,))
                except sqlite3.OperationalError:
                    break


def test_after_a_lost_journal_a_repeated_open_fires_nothing(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        simulator.answering.clear()
        frame = simulator.frame("open", {"event": new_id(), "relay_ms": 200}, expires=simulator.now() + 60_000)
        assert gate.agent._commands.receive(frame)
        assert len(gate.terminal.relay.fired) == 1
    for path in tmp_path.glob("journal.sqlite3*"):
        path.unlink()
    simulator.answering.set()
    simulator.push(frame)
    with Gate(simulator, tmp_path) as gate:
        # The answer of the gate's first life may have been on its way when it went: it is true, and comes first.
        simulator.wait(lambda: [ack.state for ack in simulator.books.acks][-1:] == ["unknown"])
        assert gate.terminal.relay.fired == []
