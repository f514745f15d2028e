"""Signing in and out, and joining the two WeChat accounts of one person."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import Field

from access.services import phone_sign_in
from access.services.house import House
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, Id, Instant, Token
from miniapp_api.replies import done, reply


class LoginCode(Asked):
    code: str = Field(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$", description="from wx.login")


class Session(Answered):
    token: str = Field(description="bearer token; lapses after seven days unused, thirty in all")
    expires_at: Instant
    person_id: Id


class BindTokenAnswer(Answered):
    token: str = Field(description="leads the other WeChat account to this person, once")
    expires_at: Instant


class Joining(Asked):
    token: Token


class Joined(Answered):
    person_id: Id


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.post("/session", summary="Sign in with a wx.login code", responses={201: Session})
    def sign_in(body: LoginCode) -> Response:
        signed_in = phone_sign_in.sign_in_mini(house, body.code, callers.address())
        answer = Session(token=signed_in.token, expires_at=signed_in.expires_at, person_id=signed_in.person_id)
        return reply(answer, 201)

    @api.delete("/session", summary="Sign out", responses={204: None})
    def sign_out() -> Response:
        phone_sign_in.sign_out(house, callers.bearer_token())
        return done()

    @api.post(
        "/bind-tokens", summary="A token that joins the other WeChat account", responses={201: BindTokenAnswer}
    )
    def new_bind_token() -> Response:
        made = phone_sign_in.new_bind_token(house, callers.person())
        return reply(BindTokenAnswer(token=made.token, expires_at=made.expires_at), 201)

    @api.post("/binding", summary="Join this account to the person behind a bind token", responses={200: Joined})
    def join_accounts(body: Joining) -> Response:
        joined = phone_sign_in.join(house, callers.session(), body.token)
        return reply(Joined(person_id=joined.person_id))
