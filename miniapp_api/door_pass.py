"""My door pass: its rolling text, its picture, and what a phone needs to roll it without a link."""

from __future__ import annotations

import base64
from enum import StrEnum

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from access.domain.passes import STEP_SECONDS
from access.services import draw_pass, issue_pass
from access.services.house import House
from access.services.issue_pass import DoorPass
from miniapp_api import callers
from miniapp_api.kinds import Answered, Door, EstatePath, Id, Instant
from miniapp_api.replies import picture, reply


class Format(StrEnum):
    PNG = "png"
    SVG = "svg"


class PictureQuery(BaseModel):
    format: Format = Format.PNG


class PassAnswer(Answered):
    pass_id: Id
    text: str = Field(description="G2 text of this moment, to be drawn as a QR code")
    now: Instant = Field(description="the server's clock, so that the phone can correct its own")
    next_step_at: Instant
    step_seconds: int
    valid_from: Instant
    valid_to: Instant
    access_points: list[Door]
    signed: str = Field(description="base64, 87 bytes: the part that does not roll")
    proof_key: str = Field(description="base64, 32 bytes: rolls this one pass; keep it on the phone")


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/estates/<estate_id>/pass", summary="My door pass", responses={200: PassAnswer})
    def get_pass(path: EstatePath) -> Response:
        made = issue_pass.door_pass(house, callers.person(), path.estate_id)
        return reply(_answer(made, house.clock.now()))

    @api.get(
        "/estates/<estate_id>/pass/picture",
        summary="My door pass as a picture of this moment",
        responses={200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    def get_pass_picture(path: EstatePath, query: PictureQuery) -> Response:
        made = issue_pass.door_pass(house, callers.person(), path.estate_id)
        text = made.text(house.clock.now())
        if query.format is Format.SVG:
            return picture(draw_pass.svg(text), "image/svg+xml")
        return picture(draw_pass.png(text), "image/png")


def _answer(made: DoorPass, at: int) -> PassAnswer:
    return PassAnswer(
        pass_id=made.pass_id,
        text=made.text(at),
        now=at,
        next_step_at=made.next_step(at),
        step_seconds=STEP_SECONDS,
        valid_from=made.valid_from,
        valid_to=made.valid_to,
        access_points=[Door.of(point) for point in made.access_points],
        signed=base64.b64encode(made.signed).decode(),
        proof_key=base64.b64encode(made.proof_key).decode(),
    )
