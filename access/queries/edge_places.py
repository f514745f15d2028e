"""Faces that stay in the gates, as a resident and the staff see them: where it can be had, and where one stands."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.consent import Consent, ConsentStatus, Purpose
from access.domain.edge_faces import EdgeFace, EdgeState
from access.domain.places import AccessPoint
from access.services.edge_faces import matches_at_gate, places
from access.services.house import House
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class KeptAtGate:
    """A reference that stands at a gate, or is still being erased there.

    Attributes:
        doors: access points of the gate.
        ended: it opens nothing any more; the gate has not said yet that it erased.
    """

    face: EdgeFace
    gate_name: str
    doors: tuple[AccessPoint, ...]

    @property
    def ended(self) -> bool:
        return self.face.state is EdgeState.ENDED


@dataclass(frozen=True, slots=True)
class EdgeStanding:
    """Where a person stands with the option at an estate.

    Attributes:
        offered: the estate offers face at all.
        used: the consent to the use of the face (a) holds.
        leaves: the consent to keeping and matching it off the gate (b) holds too.
        refused: (b) was answered with a no: it is not asked again by itself.
        estate_has: some gate of the estate has the option.
        doors: their own doors whose gate has it.
        kept: gates where a reference of theirs stands.
    """

    offered: bool
    used: bool
    leaves: bool
    refused: bool
    estate_has: bool
    doors: tuple[AccessPoint, ...]
    kept: tuple[KeptAtGate, ...]


def standing(house: House, person_id: str, estate_id: str) -> EdgeStanding:
    """Where the person stands with the option."""
    now = house.clock.now()
    with house.db.reading() as stores:
        estate = stores.places.estate(estate_id)
        answers = {
            purpose: stores.consents.latest(person_id, estate_id, purpose)
            for purpose in (Purpose.FACE_USE, Purpose.FACE_SERVER)
        }
        live = {purpose for purpose, answer in answers.items() if answer is not None and answer.is_live(now)}
        return EdgeStanding(
            offered=estate is not None and estate.face_enabled,
            used=Purpose.FACE_USE in live,
            leaves=Purpose.FACE_SERVER in live,
            refused=_is_refused(answers[Purpose.FACE_SERVER]),
            estate_has=bool(estate_doors(stores, estate_id)),
            doors=places(stores, person_id, estate_id, now),
            kept=kept_of(stores, person_id, estate_id),
        )


def _is_refused(answer: Consent | None) -> bool:
    return answer is not None and answer.status is ConsentStatus.REFUSED


def doors_with_option(house: House, estate_id: str) -> tuple[AccessPoint, ...]:
    """Access points of the estate whose gate can keep a face to itself, by number."""
    with house.db.reading() as stores:
        return estate_doors(stores, estate_id)


def estate_doors(stores: Stores, estate_id: str) -> tuple[AccessPoint, ...]:
    """As `doors_with_option`, inside a transaction."""
    able = {gate.gate_id for gate in stores.edge_faces.gates(estate_id) if gate.available}
    served = {point for gate in stores.gates.gates(estate_id) if gate.id in able for point in gate.access_point_ids}
    found = [p for p in stores.places.access_points(estate_id) if p.id in served and matches_at_gate(p)]
    return tuple(sorted(found, key=lambda point: point.number))


def open_code(stores: Stores, person_id: str, estate_id: str, at: int) -> EdgeFace | None:
    """An enrolment at a gate that is under way: its code is still good, shown at a gate or not yet."""
    begun = (EdgeState.TICKET, EdgeState.OFFERED)
    found = (face for face in stores.edge_faces.of_person(person_id, estate_id) if face.state in begun)
    return max((face for face in found if at < face.ticket_until), key=lambda face: face.created_at, default=None)


def kept_of(stores: Stores, person_id: str, estate_id: str) -> tuple[KeptAtGate, ...]:
    """Gates where a reference of the person stands or is still being erased; tickets are not among them."""
    points = {point.id: point for point in stores.places.access_points(estate_id)}
    found = []
    for face in stores.edge_faces.of_person(person_id, estate_id):
        gate = stores.gates.gate(face.gate_id) if face.gate_id else None
        if gate is not None and face.state in (EdgeState.ACTIVE, EdgeState.ENDED):
            doors = sorted((points[key] for key in gate.access_point_ids if key in points), key=lambda p: p.number)
            found.append(KeptAtGate(face, gate.name, tuple(doors)))
    return tuple(found)
