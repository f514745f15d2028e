"""`make chaos-gates`: the real processes under random faults, while people come and go; then the books are checked.

By environment: KAIMEN_CHAOS_SECONDS (180), KAIMEN_CHAOS_SEED (random; repeats the choice of faults, not their
timing), KAIMEN_LINK (redis; or outbox, or mqtt, whose figures are written beside the others').
"""

from __future__ import annotations

import os
import random
import secrets
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

from access.domain.staff import StaffRole
from access.domain.times import HOUR
from app.bootstrap import build_house
from app.demo.folder import DemoFolder, Ports
from app.demo.linkage import Linkage
from app.demo.run import prepare
from app.settings import Settings
from benchmarks.chaos.cast import Cast
from benchmarks.chaos.checks import Check, all_checks, read_books
from benchmarks.chaos.crowd import Crowd
from benchmarks.chaos.gate import JUMP
from benchmarks.chaos.processes import Addresses, Processes, free_port
from benchmarks.chaos.weather import CALM, SPELLS, Proxies, Weather
from benchmarks.report import Figure, plain, write
from standins.gate.client import GateSimClient, GateSimError
from standins.story.play import free_ports

_BETWEEN = (0.5, 4.0)
_CUT_SECONDS = 3.0
_READY = 60.0


def main() -> None:
    """Run, check, print; exits 0 whenever it ran to its end."""
    seconds = float(os.environ.get("KAIMEN_CHAOS_SECONDS", "180"))
    seed = int(os.environ.get("KAIMEN_CHAOS_SEED", secrets.randbelow(1_000_000)))
    link = os.environ.get("KAIMEN_LINK", "redis")
    print(f"seed {seed}, link {link}, {seconds:.0f} s")
    with tempfile.TemporaryDirectory(prefix="kaimen-chaos-", ignore_cleanup_errors=True) as name:
        run = Run(DemoFolder(Path(name)), random.Random(seed), link)
        try:
            run.storm(seconds)
            run.calm_down()
        finally:
            run.stop()
        run.tell(seconds)


class Run:
    """One chaos run, from the empty folder to the figures."""

    def __init__(self, folder: DemoFolder, chance: random.Random, link: str) -> None:
        self.folder, self.chance = folder, chance
        self.ports = Ports.from_env(free_ports())
        more = Addresses(free_port(), free_port())
        self.link, linkage = link, Linkage.of(link, folder, self.ports)
        linkage.prepare(prepare(folder, self.ports, Path("models")))
        self.processes = Processes(folder, self.ports, more, linkage)
        carried = self.ports.carrier if link == "mqtt" else self.ports.link
        self.weather = Weather(random.Random(chance.random()))
        self.proxies = Proxies(self.weather, {more.api_proxy: self.ports.api, more.link_proxy: carried})
        self.faults: Counter[str] = Counter()
        self.cast = self._cast()
        self.gate = GateSimClient(self.ports.url("gate"))
        self.crowd = Crowd(self.cast, self.gate.url, self.cast.points, random.Random(chance.random()))

    def storm(self, seconds: float) -> None:
        """Start everything, let people come, and break something every few seconds."""
        self.proxies.start()
        self.processes.start()
        self.cast.move_in()
        self.gate.wait_ready(_READY)
        self.crowd.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(self.chance.uniform(*_BETWEEN))
            self._break_something()

    def calm_down(self) -> None:
        """Mend everything, wait until the gate has told all, then try what was revoked, online and off."""
        self.weather.spell = CALM
        self.processes.wait("gate")
        self.gate.plug_in()
        self.crowd.stop()
        self._settle()
        self._try_revoked("online")
        self.gate.unplug()
        self._try_revoked("offline")
        self.gate.plug_in()
        self._settle()

    def stop(self) -> None:
        self.processes.stop()
        self.proxies.stop()

    def tell(self, seconds: float) -> None:
        database, journal = self.folder.root / "kaimen.db", self.folder.gate / "journal.sqlite3"
        books = read_books(database, journal, self.processes.witness, self.processes.starts["gate"])
        checks = all_checks(books, self.crowd.shown, self.cast.revoked, self.crowd.seen)
        for check in checks:
            for line in check.broken[:20]:
                print(f"BROKEN  {check.name}: {line}")
        faults, done = self.faults + self.weather.done, self.crowd.done
        figures = [
            *(_must_be_none(check) for check in checks),
            plain("run", seconds, "s", 1),
            *(plain(f"fault: {name}", count, "times", count) for name, count in sorted(faults.items())),
            *(plain(name, count, "times", count) for name, count in sorted(done.items())),
            plain("credentials revoked", len(self.cast.revoked), "", len(self.cast.revoked)),
            *self._outcomes(),
            plain("firings witnessed", len(books.firings), "", len(books.firings)),
            plain("events of the gate's log", len(books.log), "", len(books.log)),
        ]
        for code, count in self.crowd.errors.items():
            print(f"not carried out: {code} {count} times")
        write("chaos_gates_mqtt" if self.link == "mqtt" else "chaos_gates", figures)

    def _outcomes(self) -> list[Figure]:
        came = [one.outcome for one in self.crowd.shown if one.outcome is not None]
        alone = sum(outcome.offline for outcome in came)
        granted = sum(outcome.granted for outcome in came)
        return [
            plain("presentations answered", len(came), "", len(self.crowd.shown)),
            plain("decided by the gate alone", alone, "", len(came)),
            plain("granted", granted, "", len(came)),
        ]

    def _cast(self) -> Cast:
        environment = {k: v for k, v in self.processes.environment.items() if k.startswith("KAIMEN_")}
        house = build_house(Settings.from_env(environment))
        with house.db.reading() as stores:
            estate = stores.places.estates()[0]
            points = stores.places.access_points(estate.id)
            staff = next(s for s in stores.staff.of_estate(estate.id) if StaffRole.OPERATIONS in s.roles)
        return Cast(house, estate, tuple(points[:2]), staff, random.Random(self.chance.random()))

    def _break_something(self) -> None:
        luck = self.chance.random()
        if luck < 0.35:
            self.weather.spell = self.chance.choice(SPELLS)
            self.faults["changes of the weather"] += 1
        elif luck < 0.5:
            self._cut()
        elif luck < 0.8:
            name = self.chance.choice(self.processes.names())
            self.processes.kill(name)
            self.faults[f"kill -9 of {name}"] += 1
        else:
            self._jump()

    def _cut(self) -> None:
        """Cut every connection of the gate, and keep it cut for a while."""
        try:
            self.gate.unplug()
            self.faults["all connections cut"] += 1
            time.sleep(self.chance.uniform(0.0, _CUT_SECONDS))
            self.gate.plug_in()
        except (httpx.HTTPError, GateSimError):
            self.faults["not injected, the gate was away"] += 1

    def _jump(self) -> None:
        """The clock under the gate's trusted time jumps by an hour, one way or the other."""
        way = self.chance.choice((1, -1))
        try:
            answer = httpx.post(f"{self.gate.url}{JUMP}", json={"milliseconds": way * HOUR}, timeout=5.0)
        except httpx.HTTPError:
            self.faults["not injected, the gate was away"] += 1
            return
        if answer.is_success:
            self.faults["clock jumps of +1 h" if way > 0 else "clock jumps of -1 h"] += 1

    def _settle(self) -> None:
        """Until the gate is connected, holds the newest lists and has uploaded its log."""
        version = self.cast.version()
        try:
            self.gate.wait_ready(_READY)
            self.gate.wait_until(lambda s: s["lists"]["version"] >= version and s["buffered"] == 0, _READY)
        except GateSimError:
            print(f"BROKEN  the gate did not come to rest within {_READY:.0f} s")  # the checks say what is missing

    def _try_revoked(self, how: str) -> None:
        for one in self.cast.revoked:
            self.crowd.hold_up(self.gate, one.token, self.cast.points[0])
            self.crowd.done[f"revoked credentials tried at the end, {how}"] += 1
        for card in self.cast.cards:
            shown = self.crowd.hold_up(self.gate, card, self.cast.points[0])
            if shown.outcome is not None and shown.outcome.granted:
                self.crowd.done[f"live cards granted at the end, {how}"] += 1


def _must_be_none(check: Check) -> Figure:
    return Figure(check.name, len(check.broken), "", check.cases, "0", not check.broken)


if __name__ == "__main__":
    main()
