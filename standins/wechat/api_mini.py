"""api.weixin.qq.com for the mini-program: login, phone number, codes, subscription messages, text checks."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request

from standins.wechat.api_doors import body, demand_person, demand_secret, demand_token
from standins.wechat.people import openid_of, unionid_of
from standins.wechat.refusals import RefusedError
from standins.wechat.scenes import draw_qr
from standins.wechat.subscriptions import check_fields
from standins.wechat.world import World

# Harmless words that the simulated review does not let pass.
RISKY_WORDS = ("违规", "spam-word")
_SCENE = re.compile(r"[A-Za-z0-9!#$&'()*+,/:;=?@._~-]{1,32}")
_REVIEWED_LIMIT = 2500
_REVIEW_SCENES = range(1, 5)


def routes(world: World) -> Blueprint:
    api = Blueprint("api_mini", __name__)
    _login(api, world)
    _codes(api, world)
    _messages(api, world)
    return api


def _ok(**more: object) -> Response:
    return jsonify(errcode=0, errmsg="ok", **more)


def _login(api: Blueprint, world: World) -> None:
    appid = world.options.mp_appid

    @api.get("/sns/jscode2session")
    def session() -> Response:
        get = request.args.get
        if get("grant_type") != "authorization_code":
            raise RefusedError(40002)
        demand_secret(world, get("appid"), get("secret"), mini=True)
        person_id = world.codes.spend("login", get("js_code"))
        return jsonify(
            openid=openid_of(appid, person_id),
            unionid=unionid_of(person_id),
            session_key=secrets.token_urlsafe(18),
        )

    @api.get("/wxa/checksession")
    def check_session() -> Response:
        demand_token(world, appid)
        demand_person(world, appid, request.args.get("openid"))
        if not request.args.get("signature"):
            raise RefusedError(87009)
        return _ok()

    @api.post("/wxa/business/getuserphonenumber")
    def phone() -> Response:
        demand_token(world, appid)
        person = world.people.find(world.codes.spend("phone", body().get("code")))
        if person is None:
            raise RefusedError(40029)
        info = {
            "phoneNumber": f"+86{person.phone}",
            "purePhoneNumber": person.phone,
            "countryCode": "86",
            "watermark": {"timestamp": int(world.clock.now()), "appid": appid},
        }
        return _ok(phone_info=info)


def _codes(api: Blueprint, world: World) -> None:
    @api.post("/wxa/getwxacodeunlimit")
    def unlimited() -> Response:
        demand_token(world, world.options.mp_appid)
        data = body()
        scene, page = data.get("scene"), str(data.get("page") or "")
        if not isinstance(scene, str) or not _SCENE.fullmatch(scene):
            raise RefusedError(40035, "scene")
        if data.get("env_version", "release") not in {"release", "trial", "develop"}:
            raise RefusedError(40035, "env_version")
        if data.get("check_path", True):
            _check_page(world, page)
        return Response(draw_qr(f"weixin-mini://{page}?scene={scene}"), content_type="image/png")


def _check_page(world: World, page: str) -> None:
    known = world.options.mini_pages
    if page.startswith("/") or (known and page.partition("?")[0] not in known):
        raise RefusedError(41030)


def _messages(api: Blueprint, world: World) -> None:
    appid = world.options.mp_appid

    @api.post("/cgi-bin/message/subscribe/send")
    def subscribe_send() -> Response:
        demand_token(world, appid)
        data = body()
        person = demand_person(world, appid, data.get("touser"))
        template_id, page = data.get("template_id"), str(data.get("page") or "")
        if not isinstance(template_id, str) or not template_id:
            raise RefusedError(40037)
        _check_page(world, page)
        _check_build(data)
        values = check_fields(data.get("data"))
        world.grants.spend(person.id, template_id)
        world.chats.append(
            person.id,
            world.clock.now(),
            "account",
            "subscribe",
            "template",
            text=template_id,
            url=page,
            data=values,
        )
        return _ok()

    @api.post("/wxa/msg_sec_check")
    def check_text() -> Response:
        demand_token(world, appid)
        data = body()
        demand_person(world, appid, data.get("openid"))
        content = data.get("content")
        if data.get("version") != 2 or data.get("scene") not in _REVIEW_SCENES:  # noqa: PLR2004
            raise RefusedError(40035, "version or scene")
        if not isinstance(content, str) or not 1 <= len(content) <= _REVIEWED_LIMIT:
            raise RefusedError(40035, "content")
        risky = any(word in content for word in RISKY_WORDS)
        result = {"suggest": "risky", "label": 20001} if risky else {"suggest": "pass", "label": 100}
        return _ok(result=result, trace_id=secrets.token_hex(8))


def _check_build(data: dict[str, Any]) -> None:
    if data.get("miniprogram_state", "formal") not in {"formal", "trial", "developer"}:
        raise RefusedError(40035, "miniprogram_state")
    if data.get("lang", "zh_CN") not in {"zh_CN", "en_US", "zh_HK", "zh_TW"}:
        raise RefusedError(40035, "lang")
