"""Commands: only ours, only once, only in time; whatever else comes down fires nothing."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import HOUR
from hardware import wire
from hardware.agent.intents import Intents
from hardware.agent.journal import Journal
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator


def _open(simulator: ServerSimulator, **changes: object) -> bytes:
    return simulator.frame("open", {"event": new_id(), "relay_ms": 200}, **changes)


def _states(simulator: ServerSimulator) -> list[str]:
    return [ack.state for ack in simulator.books.acks]


def test_a_remote_open_fires_and_is_answered(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        simulator.push(_open(simulator, actor="resident:0123456789abcdef"))
        simulator.wait(lambda: _states(simulator) == ["done"])
        assert len(gate.terminal.relay.fired) == 1


def test_a_repeated_command_sends_its_answer_again_and_fires_once(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    with Gate(simulator, tmp_path) as gate:
        frame = _open(simulator)
        for _ in range(3):
            simulator.send("command", frame)
        simulator.wait(lambda: "done" in _states(simulator))
        simulator.send("command", frame)
        simulator.wait(lambda: len(_states(simulator)) >= 2)
        assert set(_states(simulator)) == {"done"}
        assert len(gate.terminal.relay.fired) == 1


def test_commands_out_of_order_and_again_fire_once_each(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        frames = [_open(simulator) for _ in range(3)]
        for frame in (frames[2], frames[0], frames[2], frames[1], frames[0]):
            simulator.send("command", frame)
        simulator.wait(lambda: {ack.seq for ack in simulator.books.acks if ack.state == "done"} == {1, 2, 3})
        assert len(gate.terminal.relay.fired) == 3


def test_a_late_command_is_answered_expired_and_fires_nothing(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        simulator.push(_open(simulator, expires=simulator.now() - 1))
        simulator.wait(lambda: _states(simulator) == ["expired"])
        assert gate.terminal.relay.fired == []


def test_a_clock_that_fell_behind_never_makes_an_old_command_young(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    """The command itself shows that the clock is wrong; how long it was on its way, nobody can tell."""
    with Gate(simulator, tmp_path) as gate:
        gate.ticks.ahead = -HOUR
        simulator.push(_open(simulator, issued=simulator.now() - 20_000, expires=simulator.now() - 12_000))
        simulator.wait(lambda: _states(simulator) == ["failed"])
        assert gate.terminal.relay.fired == []
        simulator.send_time()
        simulator.wait(gate.agent.clock.is_close)
        simulator.push(_open(simulator))
        simulator.wait(lambda: _states(simulator) == ["failed", "done"])


def test_a_time_that_came_late_never_makes_a_late_firing(simulator: ServerSimulator, tmp_path: Path) -> None:
    """After a jump the only time heard was six seconds on its way, and so was the command: it looks fresh."""
    with Gate(simulator, tmp_path) as gate:
        gate.ticks.ahead = -HOUR
        simulator.books.clock_ahead = -6_000
        simulator.send_time()
        simulator.books.clock_ahead = 0
        simulator.push(_open(simulator, issued=simulator.now() - 9_000, expires=simulator.now() - 1_000))
        simulator.wait(lambda: _states(simulator) in (["failed"], ["expired"]))
        assert gate.terminal.relay.fired == []
        simulator.send_time()
        simulator.wait(gate.agent.clock.is_close)
        simulator.push(_open(simulator))
        simulator.wait(lambda: _states(simulator)[1:] == ["done"])


def test_unacknowledged_commands_come_again_after_a_reconnect(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        simulator.answering.clear()
        simulator.push(_open(simulator))
        simulator.cut_streams()
        simulator.answering.set()
        simulator.wait(lambda: "done" in _states(simulator))
        assert len(gate.terminal.relay.fired) == 1


def test_a_relay_that_does_not_switch_is_failed_not_done(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        gate.terminal.relay.broken = True
        simulator.push(_open(simulator))
        simulator.wait(lambda: _states(simulator) == ["failed"])


@pytest.mark.parametrize("op", ["fly", "open"])
def test_what_it_cannot_do_it_says(simulator: ServerSimulator, tmp_path: Path, op: str) -> None:
    with Gate(simulator, tmp_path) as gate:
        simulator.push(simulator.frame(op, {}))
        simulator.wait(lambda: _states(simulator) == ["failed"])
        assert gate.terminal.relay.fired == []


def test_forged_and_foreign_commands_leave_no_trace(simulator: ServerSimulator, tmp_path: Path) -> None:
    with Gate(simulator, tmp_path) as gate:
        receive = gate.agent._commands.receive
        good = _open(simulator)
        body = msgspec.json.decode(good)
        other_key = wire.seal_command(
            wire.convert(body["body"], wire.CommandBody), "k1", bytes(SigningKey.generate())
        )
        changed = msgspec.json.encode(body | {"body": body["body"] | {"expires": body["body"]["expires"] + 1}})
        foreign = _open(simulator, gate=new_id())
        old_epoch = _open(simulator, epoch=99)
        unknown_key = good.replace(b'"key":"k1"', b'"key":"k9"')
        for frame in (other_key, changed, foreign, old_epoch, unknown_key, good[:-5], b"", b"[" * 5000):
            assert not receive(frame)
        assert gate.terminal.relay.fired == []
        assert gate.agent.intents.untold() == []


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=600), cut=st.integers(0, 400), flip=st.integers(0, 255))
def test_no_bytes_fire_the_relay(fuzzed: Gate, noise: bytes, cut: int, flip: int) -> None:
    receive = fuzzed.agent._commands.receive
    assert not receive(noise)
    frame = bytearray(_open(fuzzed.simulator))
    place = cut % len(frame)
    if flip:
        frame[place] ^= flip
        # A change outside the signed body (white space, the spelling of a field) may leave the command as it was.
        try:
            same = wire.open_command(bytes(frame), fuzzed.agent.keys.live())
        except Exception:
            same = None
        if same is None:
            assert not receive(bytes(frame))


@pytest.fixture
def fuzzed(simulator: ServerSimulator, tmp_path: Path):  # type: ignore[no-untyped-def]
    with Gate(simulator, tmp_path) as gate:
        yield gate
        assert gate.terminal.relay.fired == []


def test_a_rotated_key_is_taken_from_the_root_alone(simulator: ServerSimulator, tmp_path: Path) -> None:
    books = simulator.books
    with Gate(simulator, tmp_path) as gate:
        stranger, new = bytes(SigningKey.generate()), bytes(SigningKey.generate())
        forged = msgspec.json.encode([wire.certify("k2", new, stranger)])
        gate.agent.keys.replace(forged)
        assert set(gate.agent.keys.live()) == {"k1"}
        both = [wire.certify("k1", books.command_seed, books.root_seed), wire.certify("k2", new, books.root_seed)]
        simulator.send("keys", msgspec.json.encode(both))
        books.key_id, books.command_seed = "k2", new
        simulator.push(_open(simulator))
        simulator.wait(lambda: _states(simulator) == ["done"])
    again = Gate(simulator, tmp_path)
    assert set(again.agent.keys.live()) == {"k1", "k2"}
    again.agent.close()


def test_unlock_holds_the_door_lockdown_refuses_entry_never_exit(
    simulator: ServerSimulator, tmp_path: Path
) -> None:
    with Gate(simulator, tmp_path) as gate:
        simulator.push(simulator.frame("unlock", {}, ap=None))
        simulator.wait(lambda: _states(simulator) == ["done"])
        assert all(terminal.relay.energised() for terminal in gate.terminals.values())
        simulator.push(simulator.frame("lockdown", {}))
        simulator.wait(lambda: len(_states(simulator)) == 2)
        assert not gate.terminal.relay.energised()
        simulator.push(_open(simulator))
        simulator.wait(lambda: _states(simulator) == ["done", "done", "denied"])
        gate.terminal.exit_button.set(True)
        assert gate.terminal.relay.energised()
        other = simulator.books.access_points[1].id
    with Gate(simulator, tmp_path) as restarted:
        assert restarted.terminals[other].relay.energised()
        refused = restarted.agent.present(restarted.point, Method.CARD, "04A1B2C3")
        assert (refused.granted, refused.reason) == (False, Reason.LOCKDOWN)
        simulator.wait(lambda: refused.event in _decided(simulator))
        simulator.push(simulator.frame("normal", {}, ap=None))
        simulator.wait(lambda: len(_states(simulator)) == 4)
        assert not restarted.terminals[other].relay.energised()
        assert restarted.agent.present(restarted.point, Method.CARD, "04A1B2C3").fired


def _decided(simulator: ServerSimulator) -> list[object]:
    events = [event for epoch in simulator.books.events.values() for event in epoch]
    return [event.body["id"] for event in events if event.kind == "decision"]


def test_an_intent_without_an_outcome_is_unknown_after_a_restart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    assert Intents(journal).intend(1, 1, new_id(), "open", int(time.time()))
    journal.close()
    again = Intents(Journal(tmp_path / "journal.sqlite3"))
    assert again.standing_become_unknown() == 1
    assert [answer.state for answer in again.untold()] == ["unknown"]
    assert not again.intend(1, 1, new_id(), "open", int(time.time()))
