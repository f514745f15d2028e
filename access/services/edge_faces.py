"""Faces that stay in the gates: a one-time ticket, the gate that takes it, and what the gates say they hold.

The service never sees a reference of these, nor a picture. It says who may enrol where and until when, keeps the
list of what stands at each gate in step with what the gate reports, and has erased whatever should not be there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from access.domain.challenges import ChallengeRule
from access.domain.commands import Op
from access.domain.consent import Purpose
from access.domain.edge_faces import TICKET_LIFE, EdgeFace, EdgeGate, EdgeState, is_ticket, new_ticket, ticket_hash
from access.domain.erasure import HolderKind
from access.domain.errors import Conflict, InvalidInput, NotPermitted, TooOften
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.places import AccessPoint, Method
from access.domain.times import DAY, FOREVER, HOUR
from access.services.estate_book import live_residencies
from access.services.house import House
from access.services.messages import notify
from access.stores import Stores

ORPHAN_ORDER_LIFE = 30 * DAY
TICKETS_AN_HOUR = 10


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a person shows at a gate, once, before `until`."""

    text: str
    until: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What a gate may enrol: under which name, of whom, until when it may be kept."""

    face_id: str
    person_id: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Held:
    """A reference that a gate says it holds. `enrolled_at` by the gate's trusted time."""

    face_id: str
    model: str
    enrolled_at: int


@dataclass(frozen=True, slots=True)
class Reported:
    """What a gate says of itself; `model` is empty and `why` says why where it cannot match by itself."""

    available: bool
    why: str
    model: str
    held: tuple[Held, ...]


def use_is_agreed(stores: Stores, person_id: str, estate_id: str, at: int) -> int | None:
    """Until when the consent to the use of the face (a) holds; None where it does not."""
    consent = stores.consents.latest(person_id, estate_id, Purpose.FACE_USE)
    return consent.expires_at if consent is not None and consent.is_live(at) else None


def matches_at_gate(point: AccessPoint) -> bool:
    """Whether a match at the gate may open: not where a movement is asked for, which a gate does not judge."""
    return Method.FACE in point.methods and point.challenge is ChallengeRule.NONE


def places(stores: Stores, person_id: str, estate_id: str, at: int) -> tuple[AccessPoint, ...]:
    """Access points that the person may use and whose gate can keep a face to itself, by number."""
    able = {gate.gate_id for gate in stores.edge_faces.gates(estate_id) if gate.available}
    serving = {
        point for gate in stores.gates.gates(estate_id) if gate.id in able for point in gate.access_point_ids
    }
    buildings = {residency.building_id for residency in live_residencies(stores, person_id, estate_id, at)}
    found = [
        point
        for point in stores.places.access_points(estate_id)
        if point.id in serving
        and matches_at_gate(point)
        and any(
            rule.building_id is None or rule.building_id in buildings for rule in stores.places.rules_of(point.id)
        )
    ]
    return tuple(sorted(found, key=lambda point: point.number)) if buildings else ()


def give_ticket(house: House, person_id: str, estate_id: str, asked_by: str) -> Ticket:
    """A ticket for one enrolment at one gate; a ticket given before and not shown is worth nothing any more.

    Args:
        asked_by: ``person:<id>``, or ``staff:<id>`` for the person who stands at the desk.

    Raises:
        NotPermitted: ``face.off``, ``face.consent`` (use), ``face.residency``, ``edge.nowhere`` where no gate of
            theirs has the option.
        TooOften: ``edge.often``.
    """
    if not house.limiter.allow(f"edge-ticket:{person_id}", TICKETS_AN_HOUR, HOUR):
        raise TooOften("edge.often", "too many codes within an hour")
    now = house.clock.now()
    text = new_ticket()
    with house.db.transaction() as stores:
        until = _may_enrol(stores, person_id, estate_id, now)
        if not places(stores, person_id, estate_id, now):
            raise NotPermitted("edge.nowhere", "no gate that you may use can keep a face to itself")
        stores.edge_faces.drop_tickets_of(person_id, estate_id)
        face = EdgeFace(
            id=new_id(),
            person_id=person_id,
            estate_id=estate_id,
            state=EdgeState.TICKET,
            gate_id=None,
            ticket_hash=ticket_hash(text),
            ticket_until=now + TICKET_LIFE,
            asked_by=asked_by,
            created_at=now,
            model="",
            enrolled_at=None,
            expires_at=until,
        )
        stores.edge_faces.add(face)
        stores.audit.append(asked_by, "face:edge:ticket", face.id, {"estate": estate_id}, now)
    return Ticket(text, face.ticket_until)


def take_ticket(house: House, gate: Gate, text: str) -> Offer:
    """A ticket was shown at a gate. It is the gate's from now on; shown there again in time it is taken again.

    Raises:
        InvalidInput: ``edge.ticket``: no ticket of this estate, out of time, or used.
        NotPermitted: ``face.off``, ``face.consent``, ``face.residency``, ``edge.place`` where the person has no
            right to any door of the gate.
        Conflict: ``edge.erasing`` while an earlier reference of theirs is still being erased at this gate.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        face = stores.edge_faces.by_ticket(ticket_hash(text)) if is_ticket(text) else None
        if face is None or not _is_for(face, gate, now):
            raise InvalidInput("edge.ticket", "this code is used, too old or not of this estate", field="ticket")
        until = _may_enrol(stores, face.person_id, face.estate_id, now)
        if not any(
            point.id in gate.access_point_ids for point in places(stores, face.person_id, face.estate_id, now)
        ):
            raise NotPermitted("edge.place", "no right to a door of this gate")
        if _is_being_erased(stores, gate, face.person_id):
            raise Conflict("edge.erasing", "an earlier reference is still being erased here")
        offered = replace(face, state=EdgeState.OFFERED, gate_id=gate.id, expires_at=until)
        if not stores.edge_faces.change(offered, face.state):
            raise InvalidInput("edge.ticket", "this code was taken just now", field="ticket")
        return Offer(offered.id, offered.person_id, offered.expires_at)


def take_report(house: House, gate: Gate, reported: Reported) -> None:
    """Bring what is known of a gate in step with what it says; have erased what it should not hold."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        stores.edge_faces.note_gate(EdgeGate(gate.id, reported.available, reported.why, reported.model, now))
        known = {face.id: face for face in stores.edge_faces.of_gate(gate.id)}
        changed = [_take_held(house, stores, gate, held, known.get(held.face_id), now) for held in reported.held]
        missing = _forget_missing(stores, gate, {held.face_id for held in reported.held}, known.values(), now)
        if any(changed) or missing:
            stores.places.bump_policy(gate.estate_id)


def give_up(house: House, stores: Stores, gate: Gate, now: int) -> None:
    """The gate was cut off: what it holds opens nothing any more, and whose face it holds is told."""
    for face in stores.edge_faces.of_gate(gate.id):
        if face.state is EdgeState.ACTIVE:
            stores.edge_faces.change(replace(face, state=EdgeState.ENDED), face.state)
            notify(house, stores, face.person_id, "face_gate_lost", now, gate=gate.name)
        elif face.state is EdgeState.OFFERED:
            stores.edge_faces.delete(face.id)
    stores.places.bump_policy(gate.estate_id)


def _may_enrol(stores: Stores, person_id: str, estate_id: str, now: int) -> int:
    """Until when the consent holds. Raises NotPermitted."""
    estate = stores.places.estate(estate_id)
    if estate is None or not estate.face_enabled:
        raise NotPermitted("face.off", "this estate does not offer face")
    until = use_is_agreed(stores, person_id, estate_id, now)
    if until is None:
        raise NotPermitted("face.consent", "the use of the face is not agreed to")
    if not live_residencies(stores, person_id, estate_id, now):
        raise NotPermitted("face.residency", "only somebody who lives here now")
    return until


def _is_for(face: EdgeFace, gate: Gate, now: int) -> bool:
    fresh = face.state is EdgeState.TICKET or (face.state is EdgeState.OFFERED and face.gate_id == gate.id)
    return fresh and face.estate_id == gate.estate_id and now < face.ticket_until


def _is_being_erased(stores: Stores, gate: Gate, person_id: str) -> bool:
    return any(
        holding.kind is HolderKind.GATE and holding.holder == gate.id and holding.receipt is None
        for erasure in stores.erasures.of_person(person_id)
        if erasure.estate_id == gate.estate_id and erasure.completed_at is None
        for holding in stores.erasures.holdings(erasure.id)
    )


def _take_held(house: House, stores: Stores, gate: Gate, held: Held, face: EdgeFace | None, now: int) -> bool:
    """Whether what may open has changed."""
    if face is None:
        _order_orphan(house, stores, gate, held.face_id, now)
        return False
    if face.state is not EdgeState.OFFERED:
        return False  # active: nothing new; ended: the order to erase is under way
    until = use_is_agreed(stores, face.person_id, face.estate_id, now)
    if until is None:
        _order_orphan(house, stores, gate, held.face_id, now)
        stores.edge_faces.delete(face.id)
        return False
    for older in stores.edge_faces.of_person(face.person_id, face.estate_id):
        if older.id != face.id and older.gate_id == gate.id and older.state is EdgeState.ACTIVE:
            stores.edge_faces.delete(older.id)  # the gate has replaced it
    enrolled = replace(
        face,
        state=EdgeState.ACTIVE,
        model=held.model,
        enrolled_at=min(held.enrolled_at, now),
        expires_at=min(face.expires_at, until, FOREVER),
    )
    stores.edge_faces.change(enrolled, EdgeState.OFFERED)
    details: dict[str, str | int | bool | None] = {"estate": gate.estate_id, "gate": gate.id, "model": held.model}
    stores.audit.append(f"gate:{gate.id}", "gate:edge:enrolled", face.id, details, now)
    notify(house, stores, face.person_id, "face_at_gate", now, gate=gate.name)
    return True


def _forget_missing(stores: Stores, gate: Gate, held: set[str], known: Iterable[EdgeFace], now: int) -> bool:
    """What the gate no longer holds (it expired there, or its store was lost) opens nothing any more."""
    gone = [face for face in known if face.state is EdgeState.ACTIVE and face.id not in held]
    for face in gone:
        stores.edge_faces.delete(face.id)
        stores.audit.append(f"gate:{gate.id}", "gate:edge:gone", face.id, {"estate": gate.estate_id}, now)
    return bool(gone)


def _order_orphan(house: House, stores: Stores, gate: Gate, face_id: str, now: int) -> None:
    """A reference that nobody may hold there is a fault (law L15): say so once, and order it erased."""
    if any(
        one.op is Op.ERASE and one.args.get("face") == face_id for one in stores.gates.open_commands(gate.id, now)
    ):
        return
    stores.audit.append(f"gate:{gate.id}", "fault:face:orphan", face_id, {"estate": gate.estate_id}, now)
    stores.gates.issue(gate, Op.ERASE, None, {"face": face_id}, now, now + ORPHAN_ORDER_LIFE, "job")
    stores.on_commit(lambda: house.gatelink.wake(gate.id))
