"""My requests about my own data that need somebody: put one, see when it is due and what was answered."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import Field

from access.domain.rights import MAX_WORDS, RightsKind, RightsRequest
from access.services import rights
from access.services.house import House
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, EstatePath, Id, Instant
from miniapp_api.replies import reply


class RightsWish(Asked):
    kind: RightsKind
    words: str = Field(max_length=MAX_WORDS, pattern=r"^[^\u0000]*$", description="what is asked for")
    about: str = Field("", pattern=r"^([0-9a-f]{16})?$", description="id of an entry of mine; empty for none")


class RightsAnswer(Answered):
    id: Id
    kind: str
    state: str = Field(description="open, done or refused")
    about: str
    asked_at: Instant
    due_at: Instant
    answer: str

    @classmethod
    def of(cls, request: RightsRequest) -> RightsAnswer:
        return cls(
            id=request.id,
            kind=request.kind,
            state=request.state,
            about=request.about,
            asked_at=request.asked_at,
            due_at=request.due_at,
            answer=request.answer,
        )


class RightsList(Answered):
    requests: list[RightsAnswer] = Field(description="the newest first")


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/rights-requests", summary="My requests about my data", responses={200: RightsList})
    def list_requests() -> Response:
        mine = rights.mine(house, callers.person())
        return reply(RightsList(requests=[RightsAnswer.of(one) for one in mine]))

    @api.post(
        "/estates/<estate_id>/rights-requests",
        summary="Ask for a copy, correction, deletion or explanation, or object",
        responses={201: RightsAnswer},
    )
    def ask_request(path: EstatePath, body: RightsWish) -> Response:
        asked = rights.ask(house, callers.person(), path.estate_id, body.kind, body.words, body.about)
        return reply(RightsAnswer.of(asked), 201)
