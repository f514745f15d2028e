"""Judge a face that the gate itself matched: the gate names the reference, SQL says whether it may open."""

from __future__ import annotations

from access.domain.admission import Decision, Denied, Facts, decide
from access.domain.credentials import CredentialStatus
from access.domain.edge_faces import EdgeState
from access.domain.gates import Gate
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.services.edge_faces import matches_at_gate, use_is_agreed
from access.services.estate_book import EstateBook, live_residencies
from access.stores import Stores


def judge_edge(stores: Stores, book: EstateBook, gate: Gate, point: AccessPoint, face_id: str, at: int) -> Decision:
    """Decide on a reference by the name under which this gate keeps it; another gate's names nobody here."""
    if not book.estate.face_enabled or not matches_at_gate(point):
        return Denied(Method.FACE_EDGE, Reason.METHOD_OFF)
    face = stores.edge_faces.get(face_id)
    if face is None or face.gate_id != gate.id or face.state is not EdgeState.ACTIVE:
        return Denied(Method.FACE_EDGE, Reason.FACE_UNKNOWN)
    if use_is_agreed(stores, face.person_id, book.estate.id, at) is None:
        # Without consent the face names nobody: the event keeps no holder.
        return Denied(Method.FACE_EDGE, Reason.NO_CONSENT)
    residencies = live_residencies(stores, face.person_id, book.estate.id, at)
    facts = Facts(
        method=Method.FACE_EDGE,
        access_point=point,
        timezone=book.estate.timezone,
        person_id=face.person_id,
        status=CredentialStatus.ACTIVE,
        valid_from=face.enrolled_at or face.created_at,
        valid_to=face.expires_at,
        resident=bool(residencies),
        schedules=book.schedules_for(point.id, residencies),
        face_consent=True,
        credential_id=face.id,
    )
    return decide(facts, at)
