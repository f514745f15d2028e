"""Faces that stay in the gates, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.edge_faces import EdgeFace, EdgeGate, EdgeState
from adapters.db.rows_edge import EdgeFaceRow, EdgeGateRow
from adapters.db.session import Session
from adapters.db.table import Table

_FACES = Table(EdgeFaceRow, EdgeFace)
_GATES = Table(EdgeGateRow, EdgeGate)
_AT_GATES = (EdgeState.OFFERED.value, EdgeState.ACTIVE.value)


class SqlEdgeFaces:
    """`access.stores_edge.EdgeFaces`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, face_id: str) -> EdgeFace | None:
        return _FACES.one(self._session, "WHERE id = ?", face_id)

    def by_ticket(self, ticket_hash: str) -> EdgeFace | None:
        return _FACES.one(self._session, "WHERE ticket_hash = ?", ticket_hash)

    def of_person(self, person_id: str, estate_id: str) -> Sequence[EdgeFace]:
        return _FACES.all(
            self._session, "WHERE person_id = ? AND estate_id = ? ORDER BY created_at, id", person_id, estate_id
        )

    def of_gate(self, gate_id: str) -> Sequence[EdgeFace]:
        return _FACES.all(self._session, "WHERE gate_id = ? ORDER BY created_at, id", gate_id)

    def of_estate(self, estate_id: str, state: EdgeState) -> Sequence[EdgeFace]:
        return _FACES.all(
            self._session, "WHERE estate_id = ? AND state = ? ORDER BY created_at, id", estate_id, state.value
        )

    def add(self, face: EdgeFace) -> None:
        _FACES.insert(self._session, face)

    def change(self, face: EdgeFace, before: EdgeState) -> bool:
        return _FACES.update(self._session, face, "id = ? AND state = ?", face.id, before.value) == 1

    def delete(self, face_id: str) -> None:
        self._session.run("DELETE FROM edge_face WHERE id = ?", face_id)

    def drop_tickets_of(self, person_id: str, estate_id: str) -> None:
        self._session.run(
            "DELETE FROM edge_face WHERE person_id = ? AND estate_id = ? AND state = ?",
            person_id,
            estate_id,
            EdgeState.TICKET.value,
        )

    def end_all_of(self, person_id: str, estate_id: str) -> int:
        self.drop_tickets_of(person_id, estate_id)
        return self._session.run(
            "UPDATE edge_face SET state = ? WHERE person_id = ? AND estate_id = ? AND state IN (?, ?)",
            EdgeState.ENDED.value,
            person_id,
            estate_id,
            *_AT_GATES,
        )

    def drop_ended(self, gate_id: str, person_id: str) -> int:
        return self._session.run(
            "DELETE FROM edge_face WHERE gate_id = ? AND person_id = ? AND state = ?",
            gate_id,
            person_id,
            EdgeState.ENDED.value,
        )

    def drop_lapsed(self, at: int) -> int:
        return self._session.run(
            "DELETE FROM edge_face WHERE (ticket_until <= ? AND state IN (?, ?)) "
            "OR (expires_at <= ? AND state = ?)",
            at,
            EdgeState.TICKET.value,
            EdgeState.OFFERED.value,
            at,
            EdgeState.ENDED.value,
        )

    def note_gate(self, gate: EdgeGate) -> None:
        _GATES.save(self._session, gate)

    def gate(self, gate_id: str) -> EdgeGate | None:
        return _GATES.one(self._session, "WHERE gate_id = ?", gate_id)

    def gates(self, estate_id: str) -> Sequence[EdgeGate]:
        return _GATES.all(
            self._session,
            "JOIN gate ON gate.id = edge_gate.gate_id WHERE gate.estate_id = ? AND gate.revoked_at IS NULL "
            "ORDER BY gate_id",
            estate_id,
        )
