"""`make bench-link`: thousands of gates on one link process: memory, push times, and how fast a revocation arrives.

The gates are coroutines of this process, on the same cores as the service: the figures are upper bounds.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from access.domain.commands import Op
from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.people import Person
from access.domain.places import Household, Method
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.schedules import ALL_DAY
from access.domain.staff import Staff, StaffRole
from access.domain.times import FOREVER, HOUR, MINUTE
from access.services import estate_setup, manage_cards
from access.services.gate_claims import token_hash
from access.services.house import House
from access.services.manage_staff import create_staff
from access.services.new_estate import found_estate
from adapters.db.migrate import migrate
from app.bootstrap import build_house
from app.demo.folder import DemoFolder, Ports
from app.settings import Settings
from benchmarks.decide import wait
from benchmarks.report import at_most, percentile, plain, write
from standins.story.play import free_ports

GATES = 2_000
ASKING = 1_000
WARMING = 40
CARDS = 10_000
PUSHES = 300
PAUSE_SECONDS = 0.03
PATIENCE_SECONDS = 60.0
SETTLING_SECONDS = 3.0


@dataclass
class Ear:
    """One connected gate.

    Attributes:
        version: of the lists it was told of last.
        learnt: when it held lists without the revoked card, `time.perf_counter`.
    """

    gate: Gate
    token: str
    version: int = 0
    asks: bool = False
    learnt: float | None = None


@dataclass
class Crowd:
    """All gates, and when each command was heard (`time.perf_counter`, by command id)."""

    ears: list[Ear]
    link: int
    api: int
    revoked: str = ""
    ready: int = 0
    heard: dict[str, float] = field(default_factory=dict)

    async def listen(self, ear: Ear) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.link)
        writer.write(_get("/gate/v1/stream", ear.token))
        name = b""
        while line := await reader.readline():
            if line.startswith(b"event: "):
                name = line[7:].strip()
            elif line.startswith(b"data: "):
                await self._hear(ear, name, line[6:])

    async def _hear(self, ear: Ear, name: bytes, data: bytes) -> None:
        if name == b"command":
            self.heard[json.loads(data)["body"]["id"]] = time.perf_counter()
        elif name == b"keys":
            self.ready += 1
        elif name == b"time":
            version = json.loads(data)["version"]
            if ear.asks and 0 < ear.version < version:
                await self.fetch(ear)
            ear.version = version

    async def fetch(self, ear: Ear) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.api)
        now = int(time.time() * 1_000)
        writer.write(_get(f"/gate/v1/snapshot?from={ear.version}&issued={now}", ear.token, close=True))
        body = json.loads((await reader.read()).partition(b"\r\n\r\n")[2])["body"]
        writer.close()
        if self.revoked and _is_without(body, self.revoked):
            ear.learnt = time.perf_counter()


def _is_without(body: Any, card: str) -> bool:
    """Whether a gate that takes this delta, or this snapshot, no longer holds a card."""
    if body["kind"] == "snapshot":
        return card not in body["lists"]["cards"]
    return any(card in change["dels"] for change in body["lists"])


def _get(path: str, token: str, close: bool = False) -> bytes:
    end = "Connection: close\r\n" if close else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{end}\r\n".encode()


@dataclass(frozen=True)
class World:
    """An estate with residents' cards and gates."""

    house: House
    ears: list[Ear]
    card: Credential
    staff: Staff


def build(house: House) -> World:
    """Through the stores."""
    estate = found_estate(house, 1, "大", "Large", "committee", "office")
    staff = create_staff(house, estate.id, "bench", "bench", [StaffRole.OPERATIONS], "cli").staff
    schedule = estate_setup.save_schedule(house, staff, "always", [ALL_DAY] * 7)
    building = estate_setup.save_building(house, staff, "1", "1")
    point = estate_setup.save_access_point(house, staff, "门", "gate", None, [Method.QR, Method.CARD], 1_000)
    estate_setup.add_rule(house, staff, point.id, schedule.id, None)
    now = house.clock.now()
    with house.db.transaction() as stores:
        home = Household(new_id(), estate.id, building.id, "1-1")
        stores.places.save_household(home)
        for _ in range(CARDS):
            person = new_id()
            stores.people.save_person(Person(person, b"", b"", "", "zh", now))
            stores.residencies.add(
                Residency(
                    new_id(), person, home.id, estate.id, building.id, Role.OWNER, ResidencyStatus.APPROVED,
                    now, FOREVER, now,
                )
            )  # fmt: skip
            card = Credential(
                new_id(), person, estate.id, CredentialKind.CARD, CredentialStatus.ACTIVE, secrets.token_hex(16),
                "1234", now, FOREVER, now,
            )  # fmt: skip
            stores.credentials.add(card)
        ears = []
        for n in range(GATES):
            gate = Gate(
                new_id(),
                estate.id,
                f"g{n}",
                secrets.token_bytes(32),
                frozenset({point.id}),
                1,
                0,
                0,
                0,
                False,
                0,
                now,
            )
            token = secrets.token_urlsafe(32)
            stores.gates.add_gate(gate)
            stores.gates.save_token(token_hash(token), gate.id, now + HOUR)
            ears.append(Ear(gate, token))
    return World(house, ears, card, staff)


async def measure(world: World, crowd: Crowd, link_memory: Callable[[], float]) -> list[tuple[str, list[float]]]:
    """(name, values) of each series: memory in MB, times in milliseconds."""
    before = link_memory()
    talks = [asyncio.create_task(crowd.listen(ear)) for ear in crowd.ears]
    await _until(lambda: crowd.ready == len(crowd.ears))
    await asyncio.sleep(SETTLING_SECONDS)
    added = link_memory() - before
    single = []
    for n in range(PUSHES):
        single += await push(world, crowd, [crowd.ears[n * 7 % len(crowd.ears)]])
        await asyncio.sleep(PAUSE_SECONDS)
    everyone = await push(world, crowd, crowd.ears)
    revoked = await revoke(world, crowd)
    for talk in talks:
        talk.cancel()
    return [("memory", [added]), ("single", single), ("everyone", everyone), ("revoked", revoked)]


async def push(world: World, crowd: Crowd, ears: list[Ear]) -> list[float]:
    """Commit a command for each; milliseconds from the commit to its arrival."""
    now = world.house.clock.now()
    args: dict[str, object] = {"event": "0" * 16, "reason": "unknown"}
    with world.house.db.transaction() as stores:
        ids = [stores.gates.issue(ear.gate, Op.DENY, None, args, now, now + MINUTE, "bench").id for ear in ears]
    committed = time.perf_counter()
    await _until(lambda: all(command in crowd.heard for command in ids))
    return [(crowd.heard[command] - committed) * 1_000 for command in ids]


async def revoke(world: World, crowd: Crowd) -> list[float]:
    """Take a card out of use; milliseconds until each gate holds lists without it."""
    for ear in crowd.ears[:ASKING]:
        ear.asks = True
    await asyncio.gather(*(crowd.fetch(ear) for ear in crowd.ears[:WARMING]))  # each worker knows what gates hold
    crowd.revoked = world.card.token
    manage_cards.disable_card(world.house, world.staff, world.card.id)
    committed = time.perf_counter()
    await _until(lambda: all(ear.learnt is not None for ear in crowd.ears[:ASKING]))
    return [((ear.learnt or 0.0) - committed) * 1_000 for ear in crowd.ears[:ASKING]]


async def _until(holds: Callable[[], bool]) -> None:
    limit = time.perf_counter() + PATIENCE_SECONDS
    while not holds():
        if time.perf_counter() > limit:
            raise SystemExit("the service did not keep up")
        await asyncio.sleep(0.001)


def private_mb(master: int) -> float:
    """Memory of the workers below a gunicorn master, shared pages divided (PSS), MB."""
    workers = subprocess.run(["pgrep", "-P", str(master)], capture_output=True, text=True, check=False).stdout
    total = 0.0
    for worker in workers.split():
        text = Path(f"/proc/{worker}/smaps_rollup").read_text(encoding="utf-8")
        total += int(text.split("Pss:")[1].split()[0]) * 1_024 / 1e6
    return total


@contextmanager
def processes(folder: DemoFolder, ports: Ports) -> Iterator[dict[str, int]]:
    """The link and the api as `make run` starts them; their process ids."""
    env = {**os.environ, **folder.environment(ports, Path("models")), "KAIMEN_LOG_LEVEL": "error"}
    env |= {"KAIMEN_LINK_BIND": f"127.0.0.1:{ports.link}", "KAIMEN_API_BIND": f"127.0.0.1:{ports.api}"}
    apps = {"link": "app.link:create()", "api": "wsgi:app"}
    started = {
        name: subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", f"python:app.gunicorn_{name}", app], env=env
        )
        for name, app in apps.items()
    }
    try:
        wait(ports.link)
        wait(ports.api)
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            process.wait()


def main() -> None:
    """Build, start both processes, measure, stop."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, 4 * GATES), limit))
    with tempfile.TemporaryDirectory(prefix="kaimen-") as name:
        folder, ports = DemoFolder(Path(name)), Ports.from_env(free_ports())
        folder.make()
        house = build_house(Settings.from_env(folder.environment(ports, Path("models"))))
        migrate(house.db)  # type: ignore[arg-type]
        print(f"building {CARDS:,} cards and {GATES:,} gates …")
        world = build(house)
        with processes(folder, ports) as pids:
            crowd = Crowd(world.ears, ports.link, ports.api)
            series = dict(asyncio.run(measure(world, crowd, lambda: private_mb(pids["link"]))))
    single, everyone, revoked = series["single"], series["everyone"], series["revoked"]
    write(
        "link",
        [
            at_most(f"memory added by {GATES:,} gates", series["memory"][0], "MB", GATES, 60),
            at_most("push to one of them, p99", percentile(single, 0.99), "ms", len(single), 15),
            plain("push to one of them, p50", percentile(single, 0.5), "ms", len(single)),
            at_most("push to all of them, p99", percentile(everyone, 0.99), "ms", len(everyone), 300),
            at_most(f"revocation held by {ASKING:,} gates, p95", percentile(revoked, 0.95), "ms", ASKING, 5_000),
        ],
    )


if __name__ == "__main__":
    main()
