"""`make bench-link`: thousands of gates on one link process: memory, push times, and how fast a revocation arrives.

Once over event streams and once with mosquitto beside the link process. The gates are coroutines of this process,
on the same cores as the service: the figures are upper bounds.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from access.domain.commands import Op
from access.domain.times import MINUTE
from access.services import gate_claims, manage_cards
from adapters.db.migrate import migrate
from app.bootstrap import build_house
from app.demo.folder import DemoFolder, Ports
from app.demo.linkage import Linkage
from app.settings import Settings
from benchmarks.gates.crowd import Carrier, Crowd, Streams
from benchmarks.gates.mqtt import Gates
from benchmarks.gates.world import Ear, World, build
from benchmarks.report import Figure, at_most, percentile, plain, write
from standins.story.play import free_ports

GATES = 2_000
ASKING = 1_000
WARMING = 40
STOLEN = 20
PUSHES = 300
ROUNDS = 5
PAUSE_SECONDS = 0.03
BETWEEN_ROUNDS_SECONDS = 1.0
PATIENCE_SECONDS = 120.0
SETTLING_SECONDS = 3.0
_HEADROOM = 3


async def measure(world: World, crowd: Crowd, memory: Callable[[], float]) -> dict[str, list[float]]:
    """The series: memory in MB, times in milliseconds."""
    before = memory()
    talks = [asyncio.create_task(crowd.carrier.listen(crowd, ear)) for ear in crowd.ears]
    await _until(lambda: crowd.ready == len(crowd.ears))
    await asyncio.sleep(SETTLING_SECONDS)
    added = memory() - before
    single, everyone = [], []
    for n in range(PUSHES):
        single += await push(world, crowd, n * 7 % len(crowd.ears), 1)
        await asyncio.sleep(PAUSE_SECONDS)
    for _ in range(ROUNDS):
        everyone += await push(world, crowd, 0, len(crowd.ears))
        await asyncio.sleep(BETWEEN_ROUNDS_SECONDS)
    revoked = await revoke(world, crowd)
    stolen = [await cut_off(world, crowd, ear) for ear in crowd.ears[-STOLEN:]]
    for talk in talks:
        talk.cancel()
    return {"memory": [added], "single": single, "everyone": everyone, "revoked": revoked, "stolen": stolen}


async def cut_off(world: World, crowd: Crowd, ear: Ear) -> float:
    """Revoke a gate; milliseconds until whoever has its key can do nothing more.

    The other gates fetch the lists that this makes new, meanwhile; those of the revocation before are waited for.
    """
    await _until(lambda: not crowd.fetching)
    gate_claims.revoke_gate(world.house, "bench", ear.gate.id)
    committed = time.perf_counter()
    return (await asyncio.wait_for(crowd.carrier.refused(ear), PATIENCE_SECONDS) - committed) * 1_000


async def push(world: World, crowd: Crowd, first: int, count: int) -> list[float]:
    """Commit a command for each of some gates; milliseconds from the commit to its arrival."""
    now = world.house.clock.now()
    args: dict[str, object] = {"event": "0" * 16, "reason": "unknown"}
    with world.house.db.transaction() as stores:
        ids = [
            stores.gates.issue(ear.gate, Op.DENY, None, args, now, now + MINUTE, "bench").id
            for ear in crowd.ears[first : first + count]
        ]
    committed = time.perf_counter()
    await _until(lambda: all(command in crowd.heard for command in ids))
    return [(crowd.heard[command] - committed) * 1_000 for command in ids]


async def revoke(world: World, crowd: Crowd) -> list[float]:
    """Take a card out of use; milliseconds until each gate holds lists without it."""
    asking = crowd.ears[:ASKING]
    for ear in asking:
        ear.asks, ear.learnt = True, None
    for ear in asking[:WARMING]:
        ear.version += 1
    await asyncio.gather(*(crowd.fetch(ear) for ear in asking[:WARMING]))  # each worker knows what gates hold
    for ear in asking[:WARMING]:
        ear.version -= 1
    card = world.cards.pop()
    crowd.revoked = card.token
    manage_cards.disable_card(world.house, world.staff, card.id)
    committed = time.perf_counter()
    await _until(lambda: all(ear.learnt is not None for ear in asking))
    return [((ear.learnt or 0.0) - committed) * 1_000 for ear in asking]


async def _until(holds: Callable[[], bool]) -> None:
    limit = time.perf_counter() + PATIENCE_SECONDS
    while not holds():
        if time.perf_counter() > limit:
            raise SystemExit("the service did not keep up")
        await asyncio.sleep(0.001)


def own_mb(pids: list[int]) -> float:
    """Anonymous memory of processes and their children, MB: what they hold, without the libraries they share."""
    total = 0.0
    for pid in pids:
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
        for one in [str(pid), *children.split()]:
            text = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="utf-8")
            total += int(text.split("\nAnonymous:")[1].split()[0]) * 1_024 / 1e6
    return total


def until_answered(url: str) -> None:
    """Until a worker answers. Raises SystemExit when none does."""
    limit = time.perf_counter() + PATIENCE_SECONDS
    while True:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
        if time.perf_counter() > limit:
            raise SystemExit(f"{url} does not answer")


@contextmanager
def processes(folder: DemoFolder, ports: Ports, linkage: Linkage) -> Iterator[list[int]]:
    """The link and the api as `make run` starts them, and the broker; process ids of link and broker."""
    env = {**os.environ, **folder.environment(ports, Path("models")), "KAIMEN_LOG_LEVEL": "error"}
    env |= {"KAIMEN_LINK_BIND": f"127.0.0.1:{ports.link}", "KAIMEN_API_BIND": f"127.0.0.1:{ports.api}"}
    env |= linkage.environment(ports)
    gunicorn = f"exec {sys.executable} -m gunicorn -c python:app.gunicorn_"
    commands = {"link": f"{gunicorn}link 'app.link:create()'", "api": f"{gunicorn}api wsgi:app"}
    if linkage.command():
        commands = {"carrier": f"exec {linkage.command()}", **commands}
    log = (folder.logs / "bench.log").open("ab")
    started = {
        name: subprocess.Popen(command, shell=True, env=env, stdout=log, stderr=log)
        for name, command in commands.items()
    }
    try:
        for name in ("link", "api"):  # a worker answers, so its code is loaded before memory is first looked at
            until_answered(f"{ports.url(name)}/healthz")
        yield [started[name].pid for name in ("link", "carrier") if name in started]
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            process.wait()


def over(link: str) -> list[Figure]:
    """Everything over one link: ``outbox`` (event streams) or ``mqtt``."""
    with tempfile.TemporaryDirectory(prefix="kaimen-") as name:
        folder, ports = DemoFolder(Path(name)), Ports.from_env(free_ports())
        folder.make()
        house = build_house(Settings.from_env(folder.environment(ports, Path("models"))))
        migrate(house.db)  # type: ignore[arg-type]
        world = build(house, GATES)
        linkage = Linkage.of(link, folder, ports)
        linkage.prepare(house)
        carrier: Carrier = Streams(ports.link, ports.api)
        if link == "mqtt":
            carrier = Gates(house, ports.carrier, linkage.broker)
        with processes(folder, ports, linkage) as pids:
            crowd = Crowd(world.ears, carrier)
            series = asyncio.run(measure(world, crowd, lambda: own_mb(pids)))
    return figures(series, "event streams" if link == "outbox" else "mosquitto")


def figures(series: dict[str, list[float]], way: str) -> list[Figure]:
    single, everyone, revoked, stolen = (series[name] for name in ("single", "everyone", "revoked", "stolen"))
    return [
        at_most(f"{way}: memory added by {GATES:,} gates", series["memory"][0], "MB", GATES, 60),
        at_most(f"{way}: push to one of them, p99", percentile(single, 0.99), "ms", len(single), 15),
        plain(f"{way}: push to one of them, p50", percentile(single, 0.5), "ms", len(single)),
        at_most(f"{way}: push to all of them, p99", percentile(everyone, 0.99), "ms", len(everyone), 300),
        plain(f"{way}: push to all of them, p50", percentile(everyone, 0.5), "ms", len(everyone)),
        at_most(f"{way}: revocation held by {ASKING:,} gates, p95", percentile(revoked, 0.95), "ms", ASKING, 5_000),
        at_most(f"{way}: a stolen key cut off, the slowest", max(stolen), "ms", len(stolen), 5_000),
    ]


def both() -> list[Figure]:
    """Over event streams, then with mosquitto."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, _HEADROOM * GATES + 1_000), limit))
    found = []
    for link in ("outbox", "mqtt"):
        print(f"{GATES:,} gates over {link} …", flush=True)
        found += over(link)
    return found


if __name__ == "__main__":
    write("link", both())
