"""Signing in by WeChat: out to WeChat's own page and back with a code and the state that this browser was given."""

from __future__ import annotations

import hmac
import secrets

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from access.domain.errors import InvalidInput
from access.services import phone_sign_in
from access.services.house import House
from pages import phones

_STATE, _NEXT = "oauth_state", "oauth_next"
_STATE_BYTES = 24
_MAX_CODE = 128


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/sign-in")
    def begin_sign_in() -> Response:
        session[_STATE] = secrets.token_urlsafe(_STATE_BYTES)
        session[_NEXT] = phones.safe_path(request.args.get("next", "/m/"))
        back = house.policy.public_url + url_for("pages.end_sign_in")
        return redirect(house.wechat.oauth_url(back, session[_STATE]))

    @pages.get("/m/signed-in")
    def end_sign_in() -> Response:
        expected, onward = str(session.pop(_STATE, "")), str(session.pop(_NEXT, "/m/"))
        if not expected or not hmac.compare_digest(expected.encode(), request.args.get("state", "").encode()):
            raise InvalidInput("sign_in.state", "the state is not the one this browser was given")
        code = request.args.get("code", "")
        if not 0 < len(code) <= _MAX_CODE or not code.isprintable():
            raise InvalidInput("sign_in.code", "no usable code came back", field="code")
        signed_in = phone_sign_in.sign_in_page(house, code, phones.address())
        response = redirect(phones.safe_path(onward))
        phones.remember(house, response, signed_in)
        return response

    @pages.post("/m/sign-out")
    def sign_out() -> Response:
        phone_sign_in.sign_out(house, phones.token())
        response = redirect(url_for("pages.welcome"))
        phones.forget(house, response)
        return response
