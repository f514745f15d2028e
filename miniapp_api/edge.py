"""A face that stays in the gate: where that can be had, where one stands, and the code to enrol with at a gate."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import Field

from access.domain.places import AccessPoint
from access.queries.edge_places import EdgeStanding, KeptAtGate, standing
from access.services import edge_faces
from access.services.house import House
from miniapp_api import callers
from miniapp_api.kinds import Answered, Door, EstatePath, Instant
from miniapp_api.replies import reply


class EdgeDoor(Answered):
    door: Door
    no_picture_leaves: bool = Field(description="nobody's look is sent to the server from this door")

    @classmethod
    def of(cls, point: AccessPoint) -> EdgeDoor:
        return cls(door=Door.of(point), no_picture_leaves=point.face_edge_only)


class KeptFace(Answered):
    doors: list[Door] = Field(description="of the gate that keeps it")
    ended: bool = Field(description="it opens nothing any more; the gate has yet to confirm that it erased")
    expires_at: Instant

    @classmethod
    def of(cls, kept: KeptAtGate) -> KeptFace:
        doors = [Door.of(point) for point in kept.doors]
        return cls(doors=doors, ended=kept.ended, expires_at=kept.face.expires_at)


class GateFaceAnswer(Answered):
    offered: bool = Field(description="the estate offers face at all; a QR pass and a card always work")
    used: bool = Field(description="the use of the face is agreed to")
    leaves: bool = Field(description="that it is kept and matched off the gate is agreed to as well")
    estate_has: bool = Field(description="some gate of the estate can match faces by itself")
    doors: list[EdgeDoor] = Field(description="my own doors whose gate can")
    kept: list[KeptFace]

    @classmethod
    def of(cls, state: EdgeStanding) -> GateFaceAnswer:
        return cls(
            offered=state.offered,
            used=state.used,
            leaves=state.leaves,
            estate_has=state.estate_has,
            doors=[EdgeDoor.of(point) for point in state.doors],
            kept=[KeptFace.of(one) for one in state.kept],
        )


class TicketAnswer(Answered):
    text: str = Field(description="to be drawn as a QR code and held to the gate's reader; for one use, shown once")
    until: Instant


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get(
        "/estates/<estate_id>/face/at-gate",
        summary="My face where it stays in the gate",
        responses={200: GateFaceAnswer},
    )
    def get_gate_face(path: EstatePath) -> Response:
        return reply(GateFaceAnswer.of(standing(house, callers.person(), path.estate_id)))

    @api.post(
        "/estates/<estate_id>/face/at-gate",
        summary="A one-time code to enrol with at a gate",
        responses={201: TicketAnswer},
    )
    def new_gate_ticket(path: EstatePath) -> Response:
        person = callers.person()
        ticket = edge_faces.give_ticket(house, person, path.estate_id, f"person:{person}")
        return reply(TicketAnswer(text=ticket.text, until=ticket.until), 201)
