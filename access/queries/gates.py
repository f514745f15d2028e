"""The estate's gates as staff see them: presence, what they serve, which version of the lists they hold."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.edge_faces import EdgeGate, EdgeState
from access.domain.errors import NotFound
from access.domain.gates import Gate
from access.domain.places import AccessPoint
from access.domain.staff import Staff
from access.services.house import House


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate.

    Attributes:
        online: streaming and heard of lately.
        behind: its lists are older than the estate's policy.
        edge: what it says of matching faces itself; None before it said anything.
        faces: how many stay in it.
    """

    gate: Gate
    points: tuple[AccessPoint, ...]
    online: bool
    behind: bool
    edge: EdgeGate | None = None
    faces: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """Gates in use by name, and how many were revoked."""

    rows: tuple[GateRow, ...]
    revoked: int
    policy_version: int


def listing(house: House, staff: Staff) -> Listing:
    """Every gate of the staff member's estate."""
    now = house.clock.now()
    with house.db.reading() as stores:
        gates = stores.gates.gates(staff.estate_id)
        points = sorted(stores.places.access_points(staff.estate_id), key=lambda point: point.number)
        version = stores.places.policy_version(staff.estate_id)
        edge = {one.gate_id: one for one in stores.edge_faces.gates(staff.estate_id)}
        held = [face.gate_id for face in stores.edge_faces.of_estate(staff.estate_id, EdgeState.ACTIVE)]
    rows = [
        GateRow(
            gate,
            tuple(point for point in points if point.id in gate.access_point_ids),
            gate.is_online(now),
            gate.policy_version < version,
            edge.get(gate.id),
            held.count(gate.id),
        )
        for gate in sorted(gates, key=lambda gate: gate.name)
        if gate.revoked_at is None
    ]
    return Listing(tuple(rows), len(gates) - len(rows), version)


def of_estate(house: House, staff: Staff, gate_id: str) -> Gate:
    """A gate of the staff member's estate. Raises NotFound ``gate.unknown``, also for another estate's."""
    with house.db.reading() as stores:
        gate = stores.gates.gate(gate_id)
    if gate is None or gate.estate_id != staff.estate_id:
        raise NotFound("gate.unknown", "no such gate in this estate")
    return gate
