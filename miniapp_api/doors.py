"""My doors, and opening one from the phone: asked now, told "opened" only once it is."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from access.domain.reasons import WORDS
from access.services import my_home, remote_open
from access.services.house import House
from access.services.remote_open import RemoteOpening
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, Door, EstatePath, Id, Instant
from miniapp_api.replies import reply


class DoorList(Answered):
    doors: list[Door]


class DoorPath(BaseModel):
    access_point_id: Id


class OpenWish(Asked):
    asked_at: Instant = Field(description="when the person pressed, by the phone's clock")


class OpenAnswer(Answered):
    granted: bool
    command_id: Id | None = Field(description="ask for its state; none when denied")
    expires_at: Instant
    reason: str | None
    reason_zh: str | None
    reason_en: str | None

    @classmethod
    def of(cls, opening: RemoteOpening) -> OpenAnswer:
        words = WORDS[opening.event.reason] if opening.event.reason is not None else None
        return cls(
            granted=opening.event.granted,
            command_id=opening.command_id,
            expires_at=opening.expires_at,
            reason=opening.event.reason,
            reason_zh=words.zh if words is not None else None,
            reason_en=words.en if words is not None else None,
        )


class CommandPath(BaseModel):
    command_id: Id


class ProgressAnswer(Answered):
    state: str = Field(description="pending, opened, failed or unknown")


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/estates/<estate_id>/doors", summary="Doors I may use", responses={200: DoorList})
    def list_doors(path: EstatePath) -> Response:
        mine = my_home.doors(house, callers.person(), path.estate_id)
        return reply(DoorList(doors=[Door.of(point) for point in mine]))

    @api.post("/doors/<access_point_id>/open", summary="Open a door of mine now", responses={202: OpenAnswer})
    def open_door(path: DoorPath, body: OpenWish) -> Response:
        opening = remote_open.open_remotely(house, callers.person(), path.access_point_id, body.asked_at)
        return reply(OpenAnswer.of(opening), 202)

    @api.get("/commands/<command_id>", summary="What became of an opening", responses={200: ProgressAnswer})
    def get_command(path: CommandPath) -> Response:
        return reply(ProgressAnswer(state=remote_open.progress(house, callers.person(), path.command_id)))
