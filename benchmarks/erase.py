"""`make bench-erase`: a face is withdrawn at an estate with 1,000 online gates.

Every gate shows the person's face at the moment of the withdrawal (the worst case) and is measured until it is
refused; then each simulated gate answers its erase order until the certificate is whole. Recognition itself is made
up, so that deciding, ordering and signing are what is measured; gates, jobs and service share these cores.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from nacl.signing import SigningKey

from access.domain.commands import Command, Op
from access.domain.consent import Channel
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.services import admit, erase, outbox, verify_receipt, withdraw
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
WORKERS = 8
LONGEST_SECONDS = 300


@dataclass(frozen=True)
class World:
    """What was built: the person and the gates, each with its device key."""

    house: House
    link: OutboxLink
    place: Place
    person_id: str
    gates: list[tuple[Gate, SigningKey]]


def build_world(path: Path) -> World:
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    wired = build(database)
    wired.clock.at = SystemClock().now()
    place = seed_estate(wired.house)
    person_id = with_face(wired, place, "alice")
    link = OutboxLink(database)
    house = replace(wired.house, clock=SystemClock(), gatelink=link)
    wired.faces.source = ConsentingGallery(database, house.clock, house.keyring)
    now, gates = house.clock.now(), []
    with database.transaction() as stores:
        for n in range(GATES):
            key = SigningKey.generate()
            points = frozenset({place.gate.id})
            public = bytes(key.verify_key)
            gate = Gate(new_id(), place.estate.id, f"gate {n}", public, points, 1, 0, 0, now, True, 0, now)
            stores.gates.add_gate(gate)
            gates.append((gate, key))
    return World(house, link, place, person_id, gates)


def refused(world: World) -> list[float]:
    """Seconds from the withdrawal until each gate has refused the face; the withdrawal comes first."""
    house, began = world.house, time.perf_counter()
    withdraw.withdraw_face(house, world.person_id, world.place.estate.id, Channel.PAGE)

    def show(gate: Gate) -> float:
        while True:
            at = house.clock.now()
            held = admit.Presentation(new_id(), world.place.gate.id, Method.FACE, at, frames=(picture("alice"),))
            event = admit.present(house, gate, held)
            if not event.granted and event.reason is not Reason.BUSY:
                return time.perf_counter() - began

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(show, [gate for gate, _ in world.gates]))


class Gates:
    """The gates' ends of the link: each takes its erase order and signs a receipt."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._streams = [world.link.open(gate.id, gate.estate_id) for gate, _ in world.gates]
        self.times: list[float] = []
        self.began = 0.0

    def answer(self, stop: threading.Event) -> None:
        """Go round the streams until told."""
        while not stop.is_set():
            for (gate, key), stream in zip(self._world.gates, self._streams, strict=True):
                item = stream.take(0)
                if isinstance(item, Command) and item.op is Op.ERASE:
                    self._erased(gate, key, str(item.args["holding"]))
            stop.wait(0.005)

    def _erased(self, gate: Gate, key: SigningKey, holding: str) -> None:
        at = self._world.house.clock.now()
        signature = key.sign(f"kaimen.receipt.v1\n{holding}\n{at}".encode()).signature
        erase.gate_receipt(self._world.house, gate, holding, at, signature)
        self.times.append(time.perf_counter() - self.began)


def work(house: House, stop: threading.Event) -> None:
    """The jobs process."""
    while not stop.is_set():
        if outbox.run_once(house) == 0:
            stop.wait(0.005)


def measure(world: World) -> list[Figure]:
    stop, gates = threading.Event(), Gates(world)
    before = admit.present(
        world.house,
        world.gates[0][0],
        admit.Presentation(
            new_id(), world.place.gate.id, Method.FACE, world.house.clock.now(), frames=(picture("alice"),)
        ),
    )
    if not before.granted:
        raise SystemExit(f"the face did not open before the withdrawal: {before.reason}")
    loops: Sequence[Callable[[], None]] = (
        lambda: gates.answer(stop),
        lambda: work(world.house, stop),
    )
    threads = [threading.Thread(target=loop) for loop in loops]
    gates.began = time.perf_counter()
    for thread in threads:
        thread.start()
    refusals = refused(world)
    whole = _until_certified(world, gates.began)
    stop.set()
    for thread in threads:
        thread.join()
    world.link.stop()
    return [
        plain("withdrawal → refused at a gate, median", percentile(refusals, 0.5), "s", GATES),
        at_most("withdrawal → refused at every online gate, p95", percentile(refusals, 0.95), "s", GATES, 5),
        plain("withdrawal → receipt of a gate, p95", percentile(gates.times, 0.95), "s", len(gates.times)),
        plain("withdrawal → complete certificate", whole, "s", 1),
    ]


def _until_certified(world: World, began: float) -> float:
    house = world.house
    with house.db.reading() as stores:
        (erasure,) = stores.erasures.of_person(world.person_id)
    while time.perf_counter() - began < LONGEST_SECONDS:
        with house.db.reading() as stores:
            text = stores.erasures.certificate(erasure.id)
        if text is not None:
            took = time.perf_counter() - began
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
