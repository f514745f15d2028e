"""`make bench-agent`: what the agent at a gate costs, with 50,000 cards in its lists and no network.

The process is `kaimen-agent run` itself with simulated devices, fed by a simulated server; decisions are timed in
this process on the same files. "to relay" includes everything that must be on the disk before the relay fires.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nacl.signing import SigningKey

from access.domain import passes
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.times import DAY, FOREVER, HOUR
from benchmarks.report import Figure, at_most, percentile, plain, write
from hardware import wire
from hardware.agent import server, status
from hardware.agent.agent import Agent
from hardware.agent.clock import TrustedClock
from hardware.agent.door import Equipment
from hardware.agent.edge_option import why_absent
from hardware.agent.lists import card_token
from hardware.agent.options import AgentOptions
from hardware.agent.presenting import Outcome
from hardware.drivers.simulated.devices import SimulatedRelay
from tests.hardware.agent.server_simulator import CODE, ServerSimulator

CARDS = 50_000
REVOKED = 10_000
DECISIONS = 5_000
TO_RELAY = 1_000
CARD_KEY = b"c" * 32
PASS_SEED = secrets.token_bytes(32)
DAY_SECRET = b"d" * 32
WIRED = '[access_points.1]\nrelay = { driver = "simulated" }\n[access_points.2]\nrelay = { driver = "simulated" }\n'


def measured() -> list[Figure]:
    """All of it."""
    with tempfile.TemporaryDirectory() as folder, ServerSimulator() as simulator:
        data = Path(folder)
        server.claim(simulator.url, data, CODE)
        simulator.books.lists = snapshot(simulator)
        return [*memory(simulator, data), *edge_memory(simulator, data), *decisions(simulator, data)]


def snapshot(simulator: ServerSimulator) -> bytes:
    """A signed snapshot of the size asked for."""
    now, building, points = int(time.time() * 1000), new_id(), simulator.books.access_points
    places = [(building, 0, FOREVER)]
    cards = {
        card_token(CARD_KEY, f"{n:08X}"): wire.CardRow(new_id(), new_id(), 0, FOREVER, places) for n in range(CARDS)
    }
    lists = wire.Lists(
        access_points={row.id: row for row in points},
        rules={new_id(): wire.RuleRow(row.id, "5" * 16, None) for row in points},
        schedules={"5" * 16: wire.ScheduleRow([[(0, 1440)]] * 7, {})},
        cards=cards,
        pass_keys={"1": wire.pack(bytes(SigningKey(PASS_SEED).verify_key))},
        day_keys={str(passes.day_of(now) + n): wire.pack(DAY_SECRET) for n in range(-2, 4)},
        sets={"1": [points[0].id]},
        revoked_passes={new_id(): now + DAY for _ in range(REVOKED)},
    )
    body = wire.Snapshot(
        v=1,
        kind="snapshot",
        gate=simulator.books.gate_id,
        version=1,
        issued=now,
        fresh_until=now + 72 * HOUR,
        offline_until=now + 7 * DAY,
        estate=simulator.books.estate_id,
        estate_number=7,
        timezone="Asia/Shanghai",
        card_key=wire.pack(CARD_KEY),
        lists=lists,
    )
    return wire.seal_lists(body, simulator.books.key_id, simulator.books.command_seed)


def memory(simulator: ServerSimulator, data: Path) -> list[Figure]:
    """Resident memory of the real process, from its start to holding the lists."""
    (data / "gate.toml").write_text(f'server = "{simulator.url}"\n{WIRED}', encoding="utf-8")
    began = time.monotonic()
    command = [sys.executable, "-m", "hardware.agent.cli", "run", "--data", str(data)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        until(lambda: (state := status.read(data)) is not None and state.cards == CARDS)
        seconds = time.monotonic() - began
        resident, peak = figures_of(process.pid, "VmRSS"), figures_of(process.pid, "VmHWM")
        process.terminate()
    return [
        at_most("agent, resident with 50,000 cards", resident, "MB", 1, 60),
        plain("agent, peak while taking the snapshot", peak, "MB", 1),
        plain("agent, start to 50,000 cards in force", seconds, "s", 1),
        plain("lists on the disk", (data / "lists.sqlite3").stat().st_size / 1e6, "MB", 1),
    ]


def edge_memory(simulator: ServerSimulator, data: Path) -> list[Figure]:
    """The same process with the networks loaded, where set-up brought them."""
    models = Path("models").absolute()
    if why_absent(models):
        return []
    wired = f'server = "{simulator.url}"\n[edge_face]\nmodels = "{models}"\n{WIRED}'
    (data / "gate.toml").write_text(wired, encoding="utf-8")
    command = [sys.executable, "-m", "hardware.agent.cli", "run", "--data", str(data)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        until(lambda: (state := status.read(data)) is not None and state.edge_face.startswith("matches here"))
        resident = figures_of(process.pid, "VmRSS")
        process.terminate()
    (data / "gate.toml").write_text(f'server = "{simulator.url}"\n{WIRED}', encoding="utf-8")
    return [plain("agent, resident with 50,000 cards and faces matched at the gate", resident, "MB", 1)]


def decisions(simulator: ServerSimulator, data: Path) -> list[Figure]:
    """Decision alone, then the whole way from the reader to the relay, offline."""
    relays: list[SimulatedRelay] = []

    def equip(_row: wire.AccessPointRow) -> Equipment:
        relays.append(SimulatedRelay())
        return Equipment(relays[-1])

    agent = Agent(AgentOptions(simulator.url, simulator.url, data), equip)
    point = simulator.books.access_points[0].id
    agent.clock.heard(simulator.now())
    numbers = [f"{secrets.randbelow(CARDS):08X}" for _ in range(DECISIONS)]
    shown, opened = iter(numbers * 2), agent.present
    decide = agent.presenter.decider.decide
    cards = timed(shown.__next__, lambda card: decide(point, Method.CARD, card), DECISIONS)
    codes = timed(lambda: rolling(agent.clock), lambda code: decide(point, Method.QR, code), DECISIONS)
    card_relay = timed(shown.__next__, lambda card: granted(opened(point, Method.CARD, card)), TO_RELAY)
    code_relay = timed(lambda: rolling(agent.clock), lambda code: granted(opened(point, Method.QR, code)), TO_RELAY)
    agent.close()
    return [
        plain("card decision, p50", percentile(cards, 0.5), "ms", DECISIONS),
        at_most("card decision, p99", percentile(cards, 0.99), "ms", DECISIONS, 5),
        plain("QR decision, p50", percentile(codes, 0.5), "ms", DECISIONS),
        at_most("QR decision, p99", percentile(codes, 0.99), "ms", DECISIONS, 15),
        plain("card to relay, offline, p50", percentile(card_relay, 0.5), "ms", TO_RELAY),
        plain("card to relay, offline, p99", percentile(card_relay, 0.99), "ms", TO_RELAY),
        plain("QR to relay, offline, p50", percentile(code_relay, 0.5), "ms", TO_RELAY),
        plain("QR to relay, offline, p99", percentile(code_relay, 0.99), "ms", TO_RELAY),
    ]


def rolling(clock: TrustedClock) -> str:
    """A resident's pass for this step, each of another resident."""
    now = clock.floor()
    body = passes.PassBody(1, new_id(), 7, 1, (now - HOUR) // 1000 * 1000, 24 * 60, 0)
    return passes.roll(passes.signed_bytes(body, PASS_SEED), passes.proof_key(DAY_SECRET, body.pass_id), now)


def granted(outcome: Outcome) -> None:
    if not outcome.fired:
        raise RuntimeError(f"not opened: {outcome.reason}")


def timed(prepare: Callable[[], str], act: Callable[[str], object], count: int) -> list[float]:
    """Milliseconds of each call; preparing is not counted."""
    taken = []
    for _ in range(count):
        held = prepare()
        began = time.perf_counter()
        act(held)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def figures_of(pid: int, name: str) -> float:
    """A figure of /proc/PID/status, MB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("the agent did not take the lists in time")
        time.sleep(0.2)


if __name__ == "__main__":
    write("agent", measured())
