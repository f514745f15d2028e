"""Visitors: invite, list, revoke; and what the visitor's own link shows."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from access.domain.visits import MAX_ENTRIES
from access.services import invite_visitor
from access.services.house import House
from access.services.invite_visitor import Invitation, VisitorPass
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, Door, EstatePath, Id, Instant, Name
from miniapp_api.replies import done, reply


class VisitorWish(Asked):
    name: Name = Field("", description="optional")
    begins_at: Instant
    ends_at: Instant
    access_points: list[Id] = Field([], max_length=100, description="empty: every door of mine")
    entries: int = Field(1, ge=1, le=MAX_ENTRIES)
    tell_host: bool = Field(False, description="tell me in WeChat when the visitor enters")


class InvitationAnswer(Answered):
    id: Id
    name: str
    valid_from: Instant
    valid_to: Instant
    access_points: list[Door]
    entries: int
    taken: int
    state: str = Field(description="upcoming, open, used, expired or revoked")
    url: str = Field(description="the visitor's link; needs no account")

    @classmethod
    def of(cls, invitation: Invitation, public_url: str) -> InvitationAnswer:
        return cls(
            id=invitation.id,
            name=invitation.name,
            valid_from=invitation.valid_from,
            valid_to=invitation.valid_to,
            access_points=[Door.of(point) for point in invitation.access_points],
            entries=invitation.entries,
            taken=invitation.taken,
            state=invitation.state,
            url=f"{public_url}/v/{invitation.secret}",
        )


class InvitationList(Answered):
    visitors: list[InvitationAnswer]


class VisitAnswer(Answered):
    estate_zh: str
    estate_en: str
    timezone: str
    name: str
    valid_from: Instant
    valid_to: Instant
    access_points: list[Door]
    entries: int
    taken: int
    state: str
    text: str = Field(description="G1 text to be drawn as a QR code; empty unless upcoming or open")

    @classmethod
    def of(cls, shown: VisitorPass) -> VisitAnswer:
        return cls(
            estate_zh=shown.estate.name_zh,
            estate_en=shown.estate.name_en,
            timezone=shown.estate.timezone,
            name=shown.name,
            valid_from=shown.valid_from,
            valid_to=shown.valid_to,
            access_points=[Door.of(point) for point in shown.access_points],
            entries=shown.entries,
            taken=shown.taken,
            state=shown.state,
            text=shown.text,
        )


class InvitationPath(BaseModel):
    pass_id: Id


class SecretPath(BaseModel):
    secret: str = Field(pattern=r"^[A-Za-z0-9_-]{24}$")


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.post("/estates/<estate_id>/visitors", summary="Invite a visitor", responses={201: InvitationAnswer})
    def invite(path: EstatePath, body: VisitorWish) -> Response:
        wish = invite_visitor.Wish(
            path.estate_id,
            body.name,
            body.begins_at,
            body.ends_at,
            frozenset(body.access_points),
            body.entries,
            body.tell_host,
        )
        made = invite_visitor.invite(house, callers.person(), wish)
        return reply(InvitationAnswer.of(made, house.policy.public_url), 201)

    @api.get("/estates/<estate_id>/visitors", summary="My invitations", responses={200: InvitationList})
    def list_visitors(path: EstatePath) -> Response:
        mine = invite_visitor.invitations(house, callers.person(), path.estate_id)
        return reply(InvitationList(visitors=[InvitationAnswer.of(one, house.policy.public_url) for one in mine]))

    @api.delete("/visitors/<pass_id>", summary="Cancel an invitation of mine", responses={204: None})
    def revoke_visitor(path: InvitationPath) -> Response:
        invite_visitor.revoke(house, callers.person(), path.pass_id)
        return done()

    @api.get("/visits/<secret>", summary="What a visitor's link shows", responses={200: VisitAnswer})
    def get_visit(path: SecretPath) -> Response:
        return reply(VisitAnswer.of(invite_visitor.visitor_pass(house, path.secret)))
