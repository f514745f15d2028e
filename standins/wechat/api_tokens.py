"""api.weixin.qq.com: tokens of accounts, and OAuth's exchange of a code."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, jsonify, request

from standins.wechat.api_doors import body, demand_secret
from standins.wechat.people import openid_of
from standins.wechat.refusals import RefusedError
from standins.wechat.tokens import LIFE_SECONDS
from standins.wechat.world import World

_GRANT = "client_credential"


def routes(world: World) -> Blueprint:
    api = Blueprint("api_tokens", __name__)

    @api.get("/cgi-bin/token")
    def token() -> Response:
        if request.args.get("grant_type") != _GRANT:
            raise RefusedError(40002)
        appid = demand_secret(world, request.args.get("appid"), request.args.get("secret"))
        value, seconds = world.tokens.plain(appid)
        return jsonify(access_token=value, expires_in=seconds)

    @api.post("/cgi-bin/stable_token")
    def stable_token() -> Response:
        data = body()
        if data.get("grant_type") != _GRANT:
            raise RefusedError(40002)
        appid = demand_secret(world, data.get("appid"), data.get("secret"))
        value, seconds = world.tokens.stable(appid, force=data.get("force_refresh") is True)
        return jsonify(access_token=value, expires_in=seconds)

    @api.get("/sns/oauth2/access_token")
    def oauth_token() -> Response:
        if request.args.get("grant_type") != "authorization_code":
            raise RefusedError(40002)
        appid = demand_secret(world, request.args.get("appid"), request.args.get("secret"), mini=False)
        person = world.people.find(world.codes.spend("oauth", request.args.get("code")))
        if person is None:
            raise RefusedError(40029)
        answer = {
            "access_token": secrets.token_urlsafe(32),
            "expires_in": LIFE_SECONDS,
            "refresh_token": secrets.token_urlsafe(32),
            "openid": openid_of(appid, person.id),
            "scope": "snsapi_base",
        }
        if person.snapshot:
            answer |= {"openid": openid_of(appid, f"{person.id}/snapshot"), "is_snapshotuser": 1}
        return jsonify(answer)

    return api
