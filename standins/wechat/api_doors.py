"""What every simulated API has before it: counting, faults, tokens, and WeChat's way of refusing."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from standins.wechat.people import Person
from standins.wechat.refusals import RefusedError
from standins.wechat.world import World

API_PREFIXES = ("/cgi-bin/", "/sns/", "/wxa/")


def install(app: Flask, world: World) -> None:
    """Count and strike each API request; turn refusals into errcodes."""

    @app.before_request
    def before() -> Response | None:
        if not request.path.startswith(API_PREFIXES):
            return None
        world.count(request.path)
        struck = world.faults.strike(request.path)
        return Response(struck[0], struck[1], content_type="text/html") if struck else None

    @app.errorhandler(RefusedError)
    def refused(exc: RefusedError) -> Response:
        return jsonify(errcode=exc.errcode, errmsg=exc.errmsg)


def body() -> dict[str, Any]:
    """The JSON object posted. Raises RefusedError 47001."""
    data = request.get_json(force=True, silent=True)
    if not isinstance(data, dict):
        raise RefusedError(47001)
    return data


def demand_token(world: World, *appids: str) -> str:
    """The appid of the request's access token, one of `appids`. Raises RefusedError 4xxxx or 48001."""
    appid = world.tokens.appid_of(request.args.get("access_token", ""))
    if appid not in appids:
        raise RefusedError(48001)
    return appid


def demand_secret(world: World, appid: object, secret: object, *, mini: bool | None = None) -> str:
    """Check an account's own secret. Raises RefusedError 40013 or 40125.

    Args:
        mini: True for the mini-program alone, False for the official account alone.
    """
    options = world.options
    known = {}
    if mini is not True:
        known[options.oa_appid] = options.oa_secret
    if mini is not False:
        known[options.mp_appid] = options.mp_secret
    if not isinstance(appid, str) or appid not in known:
        raise RefusedError(40013)
    if known[appid] != secret:
        raise RefusedError(40125)
    return appid


def demand_person(world: World, appid: str, openid: object) -> Person:
    """Raises RefusedError 40003."""
    person = world.people.by_openid(appid, openid)
    if person is None:
        raise RefusedError(40003)
    return person
