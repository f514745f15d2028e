"""A gate's log comes in: each event once, acknowledged to the highest contiguous number of its epoch.

An event whose body makes no sense is kept as it is and changes nothing: it must not stop what follows it. One from
before the gate was claimed (a clock that knew no time yet) or from the future happened, as far as anyone knows,
now: by its own word it would be deleted as old before anybody saw it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from access.domain.errors import InvalidInput
from access.domain.events import AccessEvent, Opening
from access.domain.gates import Gate
from access.domain.ids import is_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.visits import PassKind
from access.services.areas import reset_every_area
from access.services.gate_commands import mark_opening
from access.services.house import House
from access.stores import Stores

_log = logging.getLogger(__name__)

INCIDENTS = frozenset({"fire", "tamper", "held"})

Body = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Reported:
    """One event of a gate's log.

    Attributes:
        at: by the gate's clock, instant.
        kind: ``door``, ``decision``, ``fire``, ``exit``, ``tamper``, ``held``, ``failed``, ``started`` or
            ``clock``.
        body: flat, by kind (docs/gates/wire.md).
    """

    seq: int
    at: int
    kind: str
    body: Body


def take_events(house: House, gate: Gate, epoch: int, run: Sequence[Reported]) -> int:
    """Store a contiguous run; the highest contiguous seq of the epoch that is now stored.

    A run that leaves a gap stores nothing: the answer tells the gate where to begin again. An epoch older than
    the one at hand (a log found again after a reset) is stored too, without moving the mark of the newer one.

    Raises:
        InvalidInput: ``gate.run`` when the seqs of the run are not contiguous.
    """
    if any(later.seq != earlier.seq + 1 for earlier, later in pairwise(run)):
        raise InvalidInput("gate.run", "the events of a run follow each other without a gap", field="events")
    now = house.clock.now()
    with house.db.transaction() as stores:
        standing = stores.gates.gate(gate.id) or gate
        acked = standing.acked_seq if epoch == standing.acked_epoch else 0
        if epoch >= standing.acked_epoch and run[0].seq > acked + 1:
            return acked
        for event in run:
            _take(house, stores, standing, epoch, event, now)
        acked = max(acked, run[-1].seq)
        if epoch >= standing.acked_epoch:
            stores.gates.set_acked(gate.id, epoch, acked)
        return acked


def _take(house: House, stores: Stores, gate: Gate, epoch: int, event: Reported, now: int) -> None:
    at = event.at if gate.created_at <= event.at <= now else now
    if not stores.gates.log_event(gate.id, epoch, event.seq, event.kind, at, dict(event.body)):
        return
    if event.kind == "door":
        _door(house, stores, gate, event.body, at)
    elif event.kind == "failed":
        _opened(house, stores, gate, event.body, Opening.FAILED, at)
    elif event.kind == "decision":
        _decision(stores, gate, event, at)
    elif event.kind in INCIDENTS:
        _incident(stores, gate, event, at)


def _door(house: House, stores: Stores, gate: Gate, body: Body, at: int) -> None:
    if body.get("open") is True:
        _opened(house, stores, gate, body, Opening.OPENED, at)


def _opened(house: House, stores: Stores, gate: Gate, body: Body, opening: Opening, at: int) -> None:
    event_id = body.get("event")
    event = stores.events.get(event_id) if isinstance(event_id, str) else None
    if event is not None and event.gate_id == gate.id:
        mark_opening(house, stores, event.id, opening, at)


def _incident(stores: Stores, gate: Gate, event: Reported, at: int) -> None:
    """What security has to see: fire, tampering, a door held open (somebody may have followed in)."""
    point = event.body.get("ap")
    details = {name: value for name, value in event.body.items() if name in ("active", "seconds")}
    subject = str(point) if point in gate.access_point_ids else gate.id
    stores.audit.append(f"gate:{gate.id}", f"gate:{event.kind}", subject, details, at)
    if event.kind == "fire":
        # Doors stood open, or do: nobody knows who is where.
        reset_every_area(stores, gate.estate_id, at)


def _decision(stores: Stores, gate: Gate, reported: Reported, at: int) -> None:
    """What the gate decided alone. Where our own answer, a denial, came too late, the record follows the door."""
    event = _offline_event(stores, gate, reported.body, at)
    if event is None:
        _log.warning("an offline decision could not be read", extra={"gate": gate.id, "seq": reported.seq})
        return
    taken = stores.events.add(event) or (event.granted and stores.events.overrule(event))
    if taken and event.granted and event.pass_id is not None:
        _spend(stores, event, reported.body.get("step"))


def _offline_event(stores: Stores, gate: Gate, body: Body, at: int) -> AccessEvent | None:
    """The event of a decision made at the gate; who it was is looked up here, never taken from the gate."""
    event_id, point, granted = body.get("id"), body.get("ap"), body.get("granted")
    method, reason = _method(body.get("method")), _reason(body.get("reason"))
    if not isinstance(event_id, str) or not is_id(event_id) or point not in gate.access_point_ids:
        return None
    if method is None or not isinstance(granted, bool) or (reason is None) is not granted:
        return None
    person_id, pass_id, credential_id = _holder(stores, gate, body)
    return AccessEvent(
        id=event_id,
        at=at,
        estate_id=gate.estate_id,
        access_point_id=str(point),
        gate_id=gate.id,
        method=method,
        granted=granted,
        reason=reason,
        person_id=person_id,
        pass_id=pass_id,
        credential_id=credential_id,
        opening=Opening.PENDING if granted else Opening.NONE,
        passed_back=granted and body.get("passed_back") is True,
    )


def _holder(stores: Stores, gate: Gate, body: Body) -> tuple[str | None, str | None, str | None]:
    pass_id, credential_id = body.get("pass"), body.get("credential")
    if isinstance(pass_id, str):
        issued = stores.passes.get(pass_id)
        if issued is not None and issued.estate_id == gate.estate_id:
            return issued.person_id, issued.id, None
    if isinstance(credential_id, str):
        credential = stores.credentials.get(credential_id)
        if credential is not None and credential.estate_id == gate.estate_id:
            return credential.person_id, None, credential.id
        face = stores.edge_faces.get(credential_id)
        if face is not None and face.gate_id == gate.id:
            return face.person_id, None, face.id
    return None, None, None


def _spend(stores: Stores, event: AccessEvent, step: object) -> None:
    """Take an offline use off the books, so that the pass is not good for another one online."""
    issued = stores.passes.get(event.pass_id or "")
    if issued is None:
        return
    if issued.kind is PassKind.VISITOR and not stores.passes.redeem(issued.id, event.at):
        _log.warning("a pass was used offline beyond its uses", extra={"event": event.id})
    if isinstance(step, int) and step >= 0:
        stores.passes.take_step(issued.id, step, event.access_point_id, event.at)


def _method(value: object) -> Method | None:
    return next((method for method in Method if method == value), None)


def _reason(value: object) -> Reason | None:
    return next((reason for reason in Reason if reason == value), None)
