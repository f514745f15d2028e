"""`make bench-erase`: faces are withdrawn, one after the other, at an estate with 1,000 online gates.

Every gate, with an access point of its own, shows the person's face at the moment of the withdrawal (the worst
case) and is measured until it is refused; meanwhile each simulated gate answers its erase order until the
certificate is whole. Recognition itself is made up, so that deciding, ordering and signing are what is measured.
The service, the jobs, and the link with the gates run as three processes on these cores, and gates sign there too.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

from nacl.signing import SigningKey

from access.domain.commands import Command, Op
from access.domain.consent import Channel
from access.domain.events import AccessEvent
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import HOUR, SECOND
from access.services import admit, erase, estate_setup, outbox, verify_receipt, withdraw
from access.services.gallery import ConsentingGallery
from access.services.house import House
from adapters.db.database import open_database
from adapters.db.migrate import migrate
from adapters.gatelink.outbox import OutboxLink
from app.clock import SystemClock
from benchmarks.report import Figure, at_most, percentile, plain, write
from tests.estate import Place, build, seed_estate
from tests.fakes import picture
from tests.services.face_life import with_face

GATES = 1_000
PEOPLE = 20
"""Withdrawals: the 95th percentile of 20 certificates is the second slowest."""
WORKERS = 8
_FORK = multiprocessing.get_context("fork")
LONGEST_SECONDS = 300


class LaterClock:
    """The real clock, and an hour more for each withdrawal: face pauses at a door after five refusals."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._later = _FORK.Value("q", 0)

    def now(self) -> int:
        return self._clock.now() + int(self._later.value)

    def advance(self) -> None:
        self._later.value += HOUR


@dataclass(frozen=True)
class World:
    """What was built: the people (name, id) and the gates, each with its device key."""

    house: House
    clock: LaterClock
    began: Synchronized[float]
    """When the withdrawal that is measured began, for the other processes too (CLOCK_MONOTONIC)."""
    place: Place
    people: list[tuple[str, str]]
    gates: list[tuple[Gate, SigningKey]]


def build_world(path: Path) -> World:
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    wired = build(database)
    wired.clock.at = SystemClock().now()
    place = seed_estate(wired.house)
    people = [(name, with_face(wired, place, name)) for name in (f"person{n}" for n in range(PEOPLE))]
    clock = LaterClock()
    house = replace(wired.house, clock=clock, gatelink=OutboxLink(database))
    wired.faces.source = ConsentingGallery(database, house.clock, house.keyring)
    points = [open_point(house, place, n) for n in range(GATES)]
    now, gates = house.clock.now(), []
    with database.transaction() as stores:
        for n in range(GATES):
            key = SigningKey.generate()
            public = bytes(key.verify_key)
            held = frozenset({points[n]})
            gate = Gate(new_id(), place.estate.id, f"gate {n}", public, held, 1, 0, 0, now, True, 0, now)
            stores.gates.add_gate(gate)
            gates.append((gate, key))
    return World(house, clock, _FORK.Value("d", 0.0), place, people, gates)


def open_point(house: House, place: Place, number: int) -> str:
    """An access point that every resident may use; its id."""
    staff, name = place.operations.staff, f"door {number}"
    point = estate_setup.save_access_point(house, staff, name, name, None, tuple(Method), 3_000)
    estate_setup.add_rule(house, staff, point.id, place.schedule.id, None)
    return point.id


def shown(world: World, gate: Gate, face: bytes) -> AccessEvent:
    """A face at a gate."""
    at = world.house.clock.now()
    (point,) = gate.access_point_ids
    held = admit.Presentation(new_id(), point, Method.FACE, at, frames=(face,))
    return admit.present(world.house, gate, held)


def refused(world: World, face: bytes, person_id: str) -> list[float]:
    """Seconds from the withdrawal until each gate has refused the face; the withdrawal comes first."""
    house, began = world.house, world.began.value
    withdraw.withdraw_face(house, person_id, world.place.estate.id, Channel.PAGE)

    def show(gate: Gate) -> float:
        while True:
            event = shown(world, gate, face)
            if not event.granted and event.reason is not Reason.BUSY:
                return time.perf_counter() - began

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(show, [gate for gate, _ in world.gates]))


def gates(world: World, stop: Event, times: Queue[float]) -> None:
    """The link's process and the gates' ends: each takes its erase order and signs a receipt."""
    database = world.house.db
    link = OutboxLink(database)
    streams = [link.open(gate.id, gate.estate_id) for gate, _ in world.gates]
    while not stop.is_set():
        for (gate, key), stream in zip(world.gates, streams, strict=True):
            item = stream.take(0)
            if isinstance(item, Command) and item.op is Op.ERASE:
                erased(world, gate, key, str(item.args["holding"]))
                times.put(time.perf_counter() - world.began.value)
        stop.wait(0.005)
    link.stop()


def erased(world: World, gate: Gate, key: SigningKey, holding: str) -> None:
    at = world.house.clock.now()
    signature = key.sign(f"kaimen.receipt.v1\n{holding}\n{at}".encode()).signature
    erase.gate_receipt(world.house, gate, holding, at, signature)


def work(world: World, stop: Event) -> None:
    """The jobs process."""
    while not stop.is_set():
        if outbox.run_once(world.house) == 0:
            stop.wait(0.005)


def measure(world: World) -> list[Figure]:
    stop, receipts = _FORK.Event(), _FORK.Queue()
    others = [
        _FORK.Process(target=gates, args=(world, stop, receipts)),
        _FORK.Process(target=work, args=(world, stop)),
    ]
    for other in others:
        other.start()
    refusals: list[float] = []
    whole: list[float] = []
    times: list[float] = []
    try:
        for name, person_id in world.people:
            world.clock.advance()
            face = picture(name)
            before = shown(world, world.gates[0][0], face)
            if not before.granted:
                raise SystemExit(f"the face did not open before the withdrawal: {before.reason}")
            world.began.value = time.perf_counter()
            refusals += refused(world, face, person_id)
            whole.append(_until_certified(world, person_id, world.began.value))
            times += [receipts.get() for _ in range(GATES)]
    finally:
        stop.set()
        for other in others:
            other.join()
    return [
        plain("withdrawal → refused at a gate, median", percentile(refusals, 0.5), "s", len(refusals)),
        at_most(
            "withdrawal → refused at every online gate, p95", percentile(refusals, 0.95), "s", len(refusals), 5
        ),
        plain("withdrawal → refused at the last gate, longest", max(refusals), "s", len(refusals)),
        plain("withdrawal → receipt of a gate, p95", percentile(times, 0.95), "s", len(times)),
        at_most("withdrawal → complete certificate, p95", percentile(whole, 0.95), "s", len(whole), 5),
    ]


def _until_certified(world: World, person_id: str, began: float) -> float:
    """Seconds from the withdrawal to the certificate's signature, by the service's own clock."""
    house = world.house
    with house.db.reading() as stores:
        (erasure,) = stores.erasures.of_person(person_id)
    while time.perf_counter() - began < LONGEST_SECONDS:
        with house.db.reading() as stores:
            done = stores.erasures.get(erasure.id)
            text = stores.erasures.certificate(erasure.id)
        if done is not None and done.completed_at is not None and text is not None:
            took = (done.completed_at - done.requested_at) / SECOND
            key = erase.receipt_public_key(house, world.place.estate.id)
            found = verify_receipt.verify(text, key, house.clock.now())
            if found.receipts != GATES + 3:
                raise SystemExit(f"the certificate holds {found.receipts} receipts")
            return took
        time.sleep(0.05)
    raise SystemExit("the certificate is not whole")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        write("erase", measure(build_world(Path(home) / "kaimen.db")))


if __name__ == "__main__":
    main()
