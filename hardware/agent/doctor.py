"""`kaimen-agent doctor`: what keeps this gate from working, in words that say what to do."""

from __future__ import annotations

import contextlib
import shutil
import socket
import sqlite3
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from httpx_sse import connect_sse

from access.domain.errors import KaimenError
from access.domain.times import SECOND
from hardware import wire
from hardware.agent import config as configs
from hardware.agent import identity as identities
from hardware.agent import lock, status
from hardware.agent.clock import TrustedClock
from hardware.agent.config import GateConfig
from hardware.agent.edge_option import why_absent, why_unreadable
from hardware.agent.equipment import look_over
from hardware.agent.identity import Identity
from hardware.agent.journal import FILE
from hardware.agent.link import TimeEvent
from hardware.agent.papers import Papers
from hardware.agent.runner import options
from hardware.agent.server import Server, client
from hardware.agent.stream import expect_stream
from hardware.drivers.ports import DriverError

_ROOM_BYTES = 200 * 1024 * 1024
_CLOCK_OFF = 60 * SECOND
_REFUSED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `ok` False keeps the gate from working as it should."""

    ok: bool
    subject: str
    words: str


def examine(data: Path) -> Iterator[Finding]:
    """Check from the inside out; what needs a failed check is left out."""
    yield _room(data)
    found_identity, identity = _claim(data)
    yield found_identity
    found_config, config = _config(data)
    yield found_config
    if identity is not None and config is not None:
        yield from _wirings(identity, config)
    yield _journal(data)
    yield _running(data)
    yield _edge_face(config)
    if identity is not None and config is not None:
        yield from _network(data, identity, config)


def _network(data: Path, identity: Identity, config: GateConfig) -> Iterator[Finding]:
    broker = urlsplit(config.link)
    if broker.scheme == "mqtts":
        yield _broker(data, broker)
        return
    server = Server(config.server, identity, TrustedClock(None))
    try:
        headers = server.bearer()
        yield Finding(True, "server", f"{config.server} knows this gate")
    except KaimenError as exc:
        yield Finding(False, "server", f"{config.server}: {exc}")
        return
    finally:
        server.close()
    yield _stream(config.link, headers)


def _broker(data: Path, broker: SplitResult) -> Finding:
    """Whether it answers and takes this gate's certificate; the running agent says more (`status`)."""
    papers = Papers.names(data)
    if not papers[1].exists():
        return Finding(False, "link", "no certificate for the broker yet: the first run fetches it over HTTPS")
    address = (broker.hostname or "", broker.port or 8883)
    try:
        context = ssl.create_default_context(cafile=str(papers[0]))
        context.load_cert_chain(papers[1], papers[2])
        with (
            socket.create_connection(address, timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=address[0]) as tls,
        ):
            # With TLS 1.3 a refused certificate shows only when something is read; a broker that took it waits.
            tls.settimeout(_REFUSED_SECONDS)
            with contextlib.suppress(TimeoutError):
                tls.recv(1)
                return Finding(False, "link", f"{broker.netloc} ended the connection")
    except OSError as exc:
        return Finding(False, "link", f"{broker.netloc}: {exc}")
    return Finding(True, "link", f"{broker.netloc} takes this gate's certificate")


def _stream(link: str, headers: dict[str, str]) -> Finding:
    try:
        with (
            client(link, 20.0) as http,
            connect_sse(http, "GET", "/gate/v1/stream", headers=headers) as source,
        ):
            expect_stream(source.response)
            heard = next(event for event in source.iter_sse() if event.event == "time")
            off = wire.read(heard.data.encode(), TimeEvent).now - int(time.time() * SECOND)
    except (httpx.HTTPError, KaimenError, StopIteration) as exc:
        return Finding(False, "link", f"{link}: {exc or type(exc).__name__}")
    words = f"{link} streams; this machine's clock is {off / SECOND:+.1f} s off the server's"
    if abs(off) > _CLOCK_OFF:
        words += " (set up NTP: the agent does not need it, the logs and TLS do)"
    return Finding(True, "link", words)


def _claim(data: Path) -> tuple[Finding, Identity | None]:
    try:
        identity = identities.load(data)
    except KaimenError as exc:
        return Finding(False, "claim", exc.message), None
    try:
        ZoneInfo(identity.claim.timezone)
    except ZoneInfoNotFoundError:
        return Finding(False, "claim", f"time zone {identity.claim.timezone} is missing: install tzdata"), identity
    points = ", ".join(f"{row.number} {row.name_zh}" for row in identity.claim.access_points)
    return Finding(True, "claim", f"gate {identity.claim.gate_id}, access points {points}"), identity


def _config(data: Path) -> tuple[Finding, GateConfig | None]:
    try:
        config = configs.load(data)
        options(data, config)
    except KaimenError as exc:
        return Finding(False, configs.FILE, exc.message), None
    return Finding(True, configs.FILE, f"server {config.server}, link {config.link}"), config


def _wirings(identity: Identity, config: GateConfig) -> Iterator[Finding]:
    """Each access point of this gate; nothing is opened, for a running agent holds it."""
    for row in identity.claim.access_points:
        subject, table = f"door {row.number}", config.access_points.get(row.number)
        if table is None:
            yield Finding(False, subject, f"has no wiring: add [access_points.{row.number}] to {configs.FILE}")
            continue
        try:
            look_over(row.number, table)
        except (KaimenError, DriverError) as exc:
            yield Finding(False, subject, str(exc))
        else:
            yield Finding(True, subject, _wired(table))


def _wired(table: configs.Table) -> str:
    parts = [f"{name} {table[name]['driver']}" for name in sorted(table.keys() - {"readers"})]
    parts += [str(reader["driver"]) for reader in table.get("readers", [])]
    return ", ".join(parts)


def _edge_face(config: GateConfig | None) -> Finding:
    """Absent is no fault where nobody set it up; where somebody did, it is."""
    models = Path(config.edge_models) if config is not None and config.edge_models else None
    absent = why_absent(models) or (why_unreadable(models) if models is not None else "")
    return Finding(not absent or models is None, "edge face", absent or f"can be had, networks in {models}")


def _room(data: Path) -> Finding:
    if not data.exists():
        return Finding(False, "disk", f"{data} does not exist: run `kaimen-agent claim`")
    free = shutil.disk_usage(data).free
    words = f"{free // 1024 // 1024} MB free in {data}"
    if free < _ROOM_BYTES:
        return Finding(False, "disk", words + ": make room, or events will be lost")
    return Finding(True, "disk", words)


def _journal(data: Path) -> Finding:
    path = data / FILE
    if not path.exists():
        return Finding(True, "journal", "none yet: the first run makes it")
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            events = db.execute("SELECT count(*) FROM events").fetchone()[0]
    except sqlite3.Error as exc:
        return Finding(False, "journal", f"{exc}: the next start rebuilds it and keeps what can be read")
    damaged = len(list(data.glob("journal.damaged.*.sqlite3")))
    words = f"{found}, {events} events wait for upload"
    if damaged:
        words += f"; {damaged} damaged journals were set aside, see journal.damaged.*"
    return Finding(found == "ok", "journal", words)


def _running(data: Path) -> Finding:
    state = status.read(data)
    if state is None or not lock.is_taken(data):
        return Finding(False, "agent", "not running: systemctl start kaimen-agent")
    return Finding(
        state.link_up, "agent", f"running, link {'up' if state.link_up else 'down: ' + state.link_error}"
    )
