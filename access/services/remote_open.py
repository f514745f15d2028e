"""A resident opens an access point from the phone: they may use it, they ask now, and its gate is online.

An open is never queued: with no gate online the caller is told so, and nothing is left behind to fire later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.admission import Facts, Granted, decide
from access.domain.commands import Command, CommandState
from access.domain.credentials import CredentialStatus
from access.domain.errors import Conflict, NotFound, TooOften
from access.domain.events import AccessEvent, Opening
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.places import AccessPoint, Method
from access.domain.times import FOREVER, MINUTE
from access.domain.visits import REMOTE_OPEN_NEAR
from access.services.estate_book import EstateBook, live_residencies
from access.services.house import House
from access.services.verdicts import command_for, event_of
from access.stores import Stores

OPENS_A_MINUTE = 6


class Progress(StrEnum):
    """Where a remote open stands. People are told "opened" only on OPENED."""

    PENDING = "pending"
    OPENED = "opened"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The gate cannot say whether it fired."""


@dataclass(frozen=True, slots=True)
class RemoteOpening:
    """The answer to a wish to open.

    Attributes:
        command_id: to ask for the state; None when denied (`event.reason` says why).
        expires_at: instant after which the gate will not fire any more.
    """

    event: AccessEvent
    command_id: str | None
    expires_at: int


def open_remotely(house: House, person_id: str, access_point_id: str, asked_at: int) -> RemoteOpening:
    """Decide, record and send one remote open.

    Args:
        asked_at: when the person pressed, by the phone's clock; within two minutes of ours.

    Raises:
        NotFound: ``access_point.unknown``.
        Conflict: ``remote.stale`` (asked too long ago), ``gate.offline``.
        TooOften: ``remote.often``.
    """
    now = house.clock.now()
    if abs(now - asked_at) > REMOTE_OPEN_NEAR:
        raise Conflict("remote.stale", "the wish to open is too old; ask again")
    if not house.limiter.allow(f"remote-open/{person_id}", OPENS_A_MINUTE, MINUTE):
        raise TooOften("remote.often", "too many opens; wait a minute")
    with house.db.transaction() as stores:
        point = stores.places.access_point(access_point_id)
        if point is None:
            raise NotFound("access_point.unknown", "no such access point")
        gate = _online_gate(stores, access_point_id, now)
        book = house.books.of(stores, house.keyring, point.estate_id)
        decision = decide(_facts(stores, book, point, person_id, now), now)
        event = event_of(decision, new_id(), gate, access_point_id, now)
        stores.events.add(event)
        if not isinstance(decision, Granted):
            return RemoteOpening(event, None, now)
        command = command_for(house, stores, gate, event, decision, f"resident:{person_id}")
        return RemoteOpening(event, command.id, command.expires_at)


def progress(house: House, person_id: str, command_id: str) -> Progress:
    """What became of a remote open of this person. Raises NotFound(``command.unknown``)."""
    with house.db.reading() as stores:
        command = stores.gates.command(command_id)
        if command is None or command.actor != f"resident:{person_id}":
            raise NotFound("command.unknown", "no such command")
        event = stores.events.get(str(command.args.get("event")))
    return _progress(command, event, house.clock.now())


def _progress(command: Command, event: AccessEvent | None, now: int) -> Progress:
    if event is not None and event.opening is Opening.OPENED:
        return Progress.OPENED
    if command.state in (CommandState.DENIED, CommandState.EXPIRED, CommandState.FAILED):
        return Progress.FAILED
    if command.state is CommandState.UNKNOWN:
        return Progress.UNKNOWN
    if command.state is CommandState.ISSUED and now >= command.expires_at:
        return Progress.FAILED
    return Progress.PENDING


def _online_gate(stores: Stores, access_point_id: str, now: int) -> Gate:
    for gate in stores.gates.gates_of(access_point_id):
        if gate.is_online(now):
            return gate
    raise Conflict("gate.offline", "the gate is offline; nothing was sent")


def _facts(stores: Stores, book: EstateBook, point: AccessPoint, person_id: str, now: int) -> Facts:
    residencies = live_residencies(stores, person_id, book.estate.id, now)
    return Facts(
        method=Method.REMOTE,
        access_point=point,
        timezone=book.estate.timezone,
        person_id=person_id,
        status=CredentialStatus.ACTIVE,
        valid_from=0,
        valid_to=FOREVER,
        resident=bool(residencies),
        schedules=book.schedules_for(point.id, residencies),
    )
