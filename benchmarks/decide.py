"""`make bench-decide`: QR decisions through gunicorn over HTTP with 10,000 residents and 50 access points.

The load runs on the same cores as the service, so the figures are lower bounds of what the service can do.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from nacl.signing import SigningKey

from access.domain import passes
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.people import Person
from access.domain.places import Household, Method
from access.domain.residency import Residency, ResidencyStatus, Role
from access.domain.schedules import ALL_DAY
from access.domain.staff import StaffRole
from access.domain.times import FOREVER, HOUR, MINUTE
from access.domain.visits import IssuedPass, PassKind
from access.services import estate_setup
from access.services.gate_claims import token_hash
from access.services.house import House
from access.services.manage_staff import create_staff
from access.services.new_estate import found_estate
from adapters.db.migrate import migrate
from app.bootstrap import build_house
from app.demo.folder import DemoFolder, Ports
from app.settings import Settings
from benchmarks.report import at_least, at_most, percentile, plain, write
from hardware import wire

RESIDENTS = 10_000
ACCESS_POINTS = 50
DECISIONS = 6_000
WARM_UP = 300
PACED = 250
CONNECTIONS = 8


@dataclass(frozen=True)
class World:
    """What was built.

    Attributes:
        signed: (pass id, signed bytes, proof key) of each resident.
    """

    house: House
    gate: Gate
    key: SigningKey
    token: str
    points: list[str]
    signed: list[tuple[bytes, bytes]]


def build(folder: DemoFolder, ports: Ports) -> World:
    """An estate of the size asked for, straight through the stores."""
    folder.make()
    house = build_house(Settings.from_env(folder.environment(ports, Path("models"))))
    migrate(house.db)  # type: ignore[arg-type]
    estate = found_estate(house, 1, "大", "Large", "committee", "office")
    staff = create_staff(house, estate.id, "bench", "bench", [StaffRole.OPERATIONS], "cli").staff
    schedule = estate_setup.save_schedule(house, staff, "always", [ALL_DAY] * 7)
    building = estate_setup.save_building(house, staff, "1", "1")
    points = []
    for n in range(ACCESS_POINTS):
        point = estate_setup.save_access_point(
            house, staff, f"门{n}", f"gate {n}", None, [Method.QR, Method.CARD], 1_000
        )
        estate_setup.add_rule(house, staff, point.id, schedule.id, None)
        points.append(point.id)
    now = house.clock.now()
    start = (now - MINUTE) // 1_000 * 1_000
    key, token = SigningKey.generate(), secrets.token_urlsafe(32)
    gate = Gate(new_id(), estate.id, "bench", bytes(key.verify_key), frozenset(points), 1, 0, 0, now, True, 0, now)
    signed = []
    with house.db.transaction() as stores:
        stores.gates.add_gate(gate)
        stores.gates.save_token(token_hash(token), gate.id, now + HOUR)
        number = stores.places.set_number(estate.id, frozenset(points))
        keys = house.keyring.passes(stores, estate.id)
        seed, key_id = keys.seed(keys.key_ids[0]), keys.key_ids[0]
        day = keys.day_key(passes.day_of(start)) or b""
    for first in range(0, RESIDENTS, 1_000):
        with house.db.transaction() as stores:
            for n in range(first, min(first + 1_000, RESIDENTS)):
                person = Person(new_id(), b"", b"", "", "zh", now)
                household = Household(new_id(), estate.id, building.id, f"1-{n}")
                stores.people.save_person(person)
                stores.places.save_household(household)
                stores.residencies.add(
                    Residency(
                        new_id(), person.id, household.id, estate.id, building.id, Role.OWNER,
                        ResidencyStatus.APPROVED, now, FOREVER, now,
                    )
                )  # fmt: skip
                issued = IssuedPass(
                    new_id(), PassKind.RESIDENT, estate.id, person.id, key_id, number, start, start + 24 * HOUR,
                    0, 0, b"", "", now,
                )  # fmt: skip
                stores.passes.add(issued)
                body = passes.PassBody(key_id, issued.id, 1, number, start, 24 * 60, 0)
                signed.append((passes.signed_bytes(body, seed), passes.proof_key(day, issued.id)))
    return World(house, gate, key, token, points, signed)


def request(world: World, n: int) -> bytes:
    """One signed presentation, ready for the wire: resident n at one of the access points."""
    at = world.house.clock.now()
    signed, proof = world.signed[n % len(world.signed)]
    shown = wire.Presentation(
        id=new_id(),
        access_point_id=world.points[(n * 7 + n // RESIDENTS) % len(world.points)],
        method="qr",
        at=at,
        payload=passes.roll(signed, proof, at),
    )
    body = wire.write(shown)
    nonce = secrets.token_urlsafe(16)
    path = "/gate/v1/presentations"
    signature = wire.sign(bytes(world.key), wire.request_message("POST", path, body, at, nonce))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {world.token}\r\nKaimen-Gate: {world.gate.id}\r\nKaimen-Time: {at}\r\n"
        f"Kaimen-Nonce: {nonce}\r\nKaimen-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Line:
    """A kept-alive connection that sends ready-made requests; a library would take the cores from the service."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, raw: bytes) -> bytes:
        """The whole answer."""
        self._socket.sendall(raw)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._socket.recv(65_536)
        head, _, rest = got.partition(b"\r\n\r\n")
        length = int(next(h for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")).split(b":")[1])
        while len(rest) < length:
            rest += self._socket.recv(65_536)
        return head[9:12] + rest


def closed_loop(world: World, port: int, first: int, count: int) -> tuple[float, list[float], int]:
    """As fast as CONNECTIONS lines go: (decisions a second, milliseconds each, granted)."""
    raw = [request(world, first + n) for n in range(count)]
    times: list[float] = []
    granted: list[int] = []
    lock = threading.Lock()

    def work(mine: list[bytes]) -> None:
        line, took, yes = Line(port), [], 0
        for one in mine:
            began = time.perf_counter()
            answer = line.ask(one)
            took.append((time.perf_counter() - began) * 1_000)
            yes += b'"granted":true' in answer
        with lock:
            times.extend(took)
            granted.append(yes)

    threads = [threading.Thread(target=work, args=(raw[i::CONNECTIONS],)) for i in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - began), times, sum(granted)


def paced(world: World, port: int, first: int, count: int) -> list[float]:
    """PACED decisions a second, each timed from when it was due: waiting in a queue counts (open loop)."""
    raw = [request(world, first + n) for n in range(count)]
    begin = time.perf_counter() + 0.1
    times: list[float] = []

    def work(offset: int) -> None:
        line = Line(port)
        for n in range(offset, count, CONNECTIONS):
            due = begin + n / PACED
            time.sleep(max(0.0, due - time.perf_counter()))
            line.ask(raw[n])
            times.append((time.perf_counter() - due) * 1_000)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def resident_mb(pid: int) -> float:
    """Resident memory of the largest worker below a gunicorn master, MB (10^6 bytes)."""
    workers = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    sizes = []
    for worker in workers:
        text = Path(f"/proc/{worker}/status").read_text(encoding="utf-8")
        sizes.append(int(text.split("VmRSS:")[1].split()[0]) * 1_024 / 1e6)
    return max(sizes)


def main() -> None:
    """Build, start gunicorn, measure, stop."""
    with tempfile.TemporaryDirectory() as name:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        folder, ports = DemoFolder(Path(name)), Ports(port, 1, 2, 3)
        print(f"building {RESIDENTS:,} residents and {ACCESS_POINTS} access points …")
        world = build(folder, ports)
        env = {**os.environ, **folder.environment(ports, Path("models")), "KAIMEN_LOG_LEVEL": "error"}
        env |= {"KAIMEN_API_BIND": f"127.0.0.1:{port}", "KAIMEN_API_WORKERS": os.environ.get("BENCH_WORKERS", "2")}
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:app.gunicorn_api", "wsgi:app"], env=env
        )
        try:
            wait(port)
            closed_loop(world, port, 0, WARM_UP)
            rate, busy, granted = closed_loop(world, port, WARM_UP, DECISIONS)
            calm = paced(world, port, WARM_UP + DECISIONS, DECISIONS // 2)
            memory = resident_mb(server.pid)
        finally:
            server.terminate()
            server.wait()
    write(
        "decide",
        [
            at_least("decisions a second, 8 connections", rate, "1/s", DECISIONS, 500),
            at_most(f"decision p99 at {PACED}/s", percentile(calm, 0.99), "ms", len(calm), 20),
            plain(f"decision p50 at {PACED}/s", percentile(calm, 0.5), "ms", len(calm)),
            plain("decision p99 at full speed", percentile(busy, 0.99), "ms", len(busy)),
            at_least("granted of those presented", granted / DECISIONS, "share", DECISIONS, 1.0),
            at_most("api process resident", memory, "MB", 1, 150),
        ],
    )


def wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            time.sleep(1.0)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn did not start")


if __name__ == "__main__":
    main()
