"""Vendors' terminals come in by an allow-list: serial number, and where it calls from or a secret in its path.

Such a terminal proves nothing: it names its serial number. Every refusal is ``terminal.auth`` and does not say what
was wrong. It is also a row among the gates, so that lists, remote opens, revocation and erasure know it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address, ip_network

from access.domain.errors import Conflict, InvalidInput, NotPermitted, TooOften
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.terminals import Terminal, dialect_of, serial_number
from access.domain.times import MINUTE, SECOND
from access.services.gate_claims import MAX_NAME, token_hash
from access.services.house import House
from access.stores import Stores

MAX_DOORS = 4
"""Doors of one controller."""
REFUSED_A_MINUTE = 30
"""Refusals that a source may collect."""
CALLS_A_MINUTE = 600
"""Requests of a known terminal: a poll every two seconds, and events as they come."""
_SECRET_BYTES = 18


@dataclass(frozen=True, slots=True)
class Registration:
    """What staff decide of a terminal.

    Attributes:
        access_point_ids: in the order of the terminal's doors, door 1 first.
        source: network it must call from, such as ``10.8.0.0/24``; empty for any.
        secret_path: whether its server path gets a secret. One of both is required.
        holds_cards: whether cards are kept in the terminal for when the network is down (docs/adr).
    """

    name: str
    serial: str
    access_point_ids: Sequence[str]
    source: str = ""
    secret_path: bool = False
    holds_cards: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """`secret` is shown this once; empty where the path has none."""

    terminal: Terminal
    secret: str


def register(house: House, actor: str, estate_id: str, wanted: Registration) -> Registered:
    """Let a terminal in. One that was cut off may be registered anew.

    Args:
        actor: ``staff:<id>`` or ``cli``.

    Raises:
        InvalidInput: ``gate.name``, ``gate.access_points``, ``terminal.serial``, ``terminal.source``,
            ``terminal.binding`` when neither a source nor a secret path is asked for.
        Conflict: ``terminal.taken``.
    """
    now = house.clock.now()
    serial = serial_number(wanted.serial)
    if not 1 <= len(wanted.name.strip()) <= MAX_NAME:
        raise InvalidInput("gate.name", f"a gate's name has 1 to {MAX_NAME} characters", field="name")
    if not wanted.source and not wanted.secret_path:
        raise InvalidInput("terminal.binding", "a serial number alone is no proof: name a source or a secret path")
    source = _network(wanted.source)
    secret = secrets.token_urlsafe(_SECRET_BYTES) if wanted.secret_path else ""
    hashed = token_hash(secret) if secret else ""
    doors = tuple(wanted.access_point_ids)
    with house.db.transaction() as stores:
        _check_doors(stores, estate_id, doors)
        _make_room(stores, serial)
        terminal = Terminal(new_id(), serial, doors, wanted.holds_cards, hashed, source)
        stores.gates.add_gate(_gate(terminal, estate_id, wanted.name.strip(), now))
        stores.terminals.add(terminal)
        details: dict[str, str | int | bool | None] = {"doors": len(doors), "holds_cards": wanted.holds_cards}
        stores.audit.append(actor, "terminal:register", terminal.id, details, now)
    return Registered(terminal, secret)


def terminal_of(house: House, serial: str, secret: str, source: str) -> Terminal:
    """The terminal that calls.

    Args:
        secret: from the path; empty where there was none.
        source: address of the caller.

    Raises:
        NotPermitted: ``terminal.auth``: unknown, cut off, from elsewhere, or by another path.
        TooOften: ``terminal.tries``.
    """
    with house.db.reading() as stores:
        terminal = stores.terminals.by_serial(serial)
        gate = stores.gates.gate(terminal.id) if terminal else None
    known = gate is not None and gate.revoked_at is None
    if terminal is None or not known or not _is_bound(terminal, secret, source):
        if not house.limiter.allow(f"terminal-refused/{source}", REFUSED_A_MINUTE, MINUTE):
            raise TooOften("terminal.tries", "too many tries; wait a minute")
        raise NotPermitted("terminal.auth", "no such terminal here")
    if not house.limiter.allow(f"terminal/{terminal.id}", CALLS_A_MINUTE, MINUTE):
        raise TooOften("terminal.tries", "too many requests; wait a minute")
    return terminal


def say_hello(house: House, terminal: Terminal, push_version: str) -> tuple[Terminal, str]:
    """A terminal begins: note its dialect; the terminal as it stands now, and its estate's time zone."""
    dialect = dialect_of(push_version)
    with house.db.transaction() as stores:
        if dialect is not terminal.dialect:
            stores.terminals.set_dialect(terminal.id, dialect)
        stores.gates.seen(terminal.id, house.clock.now(), streaming=True)
        return stores.terminals.get(terminal.id) or terminal, timezone_of(stores, terminal)


def timezone_of(stores: Stores, terminal: Terminal) -> str:
    """IANA name of the wall time that the terminal shows and logs."""
    gate = stores.gates.gate(terminal.id)
    estate = stores.places.estate(gate.estate_id) if gate else None
    if estate is None:
        raise NotPermitted("terminal.auth", "no such terminal here")
    return estate.timezone


def _is_bound(terminal: Terminal, secret: str, source: str) -> bool:
    """Whether both bindings that were asked for hold."""
    if terminal.secret_hash and not compare_digest(terminal.secret_hash, token_hash(secret)):
        return False
    if not terminal.source:
        return True
    try:
        return ip_address(source) in ip_network(terminal.source)
    except ValueError:
        return False


def _network(text: str) -> str:
    if not text:
        return ""
    try:
        return str(ip_network(text.strip()))
    except ValueError as exc:
        raise InvalidInput(
            "terminal.source", "an address or a network such as 10.8.0.0/24", field="source"
        ) from exc


def _check_doors(stores: Stores, estate_id: str, doors: tuple[str, ...]) -> None:
    known = {point.id for point in stores.places.access_points(estate_id)}
    if not 1 <= len(doors) <= MAX_DOORS or len(set(doors)) != len(doors) or not set(doors) <= known:
        raise InvalidInput("gate.access_points", "1 to 4 access points of this estate", field="access_points")


def _make_room(stores: Stores, serial: str) -> None:
    """A terminal that was cut off gives its serial number back."""
    before = stores.terminals.by_serial(serial)
    if before is None:
        return
    gate = stores.gates.gate(before.id)
    if gate is not None and gate.revoked_at is None:
        raise Conflict("terminal.taken", "a terminal of this serial number is registered already")
    stores.terminals.remove(before.id)


def _gate(terminal: Terminal, estate_id: str, name: str, now: int) -> Gate:
    """Its row among the gates. It has no key: whatever asks for its signature refuses."""
    return Gate(
        id=terminal.id,
        estate_id=estate_id,
        name=name,
        public_key=b"",
        access_point_ids=frozenset(terminal.doors),
        epoch=now // SECOND,
        acked_epoch=0,
        acked_seq=0,
        seen_at=0,
        streaming=False,
        policy_version=0,
        created_at=now,
    )
