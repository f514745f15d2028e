"""What gates call about faces that stay in them: a ticket was shown, and what is held now."""

from __future__ import annotations

from flask import Blueprint, Response, request

from access.services import edge_faces
from access.services.house import House
from hardware import wire, wire_edge
from hardware.server.callers import signed_body


def add_edge_routes(routes: Blueprint, house: House) -> None:
    """Add the two routes to ``/gate/v1``."""

    @routes.post("/edge-tickets")
    def edge_tickets() -> Response:
        gate, body = signed_body(house, request)
        shown = wire.read(body, wire_edge.TicketShown)
        offer = edge_faces.take_ticket(house, gate, shown.ticket)
        answer = wire_edge.EnrolmentOffer(offer.face_id, offer.person_id, offer.expires_at)
        return Response(wire.write(answer), mimetype="application/json")

    @routes.post("/edge-faces")
    def edge_held() -> Response:
        gate, body = signed_body(house, request)
        told = wire.read(body, wire_edge.HeldFaces)
        held = tuple(edge_faces.Held(one.face, one.model, one.enrolled_at) for one in told.held)
        reported = edge_faces.Reported(told.available, told.why, told.model, held)
        edge_faces.take_report(house, gate, reported)
        return Response(status=204)
