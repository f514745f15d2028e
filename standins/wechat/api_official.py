"""api.weixin.qq.com for the official account: messages, media, QR codes, menu, people."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, jsonify, request

from standins.wechat.api_doors import body, demand_person, demand_token
from standins.wechat.people import Person, openid_of, unionid_of
from standins.wechat.refusals import RefusedError
from standins.wechat.scenes import draw_qr
from standins.wechat.world import World

_TEXT_LIMIT_BYTES = 2048
_MOST_BUTTONS = 3
_MOST_SUB_BUTTONS = 5


def routes(world: World) -> Blueprint:
    api = Blueprint("api_official", __name__, url_prefix="/cgi-bin")
    _messages(api, world)
    _media(api, world)
    _codes(api, world)
    _menu(api, world)
    _people(api, world)
    return api


def _ok(**more: object) -> Response:
    return jsonify(errcode=0, errmsg="ok", **more)


def _messages(api: Blueprint, world: World) -> None:
    appid = world.options.oa_appid

    @api.post("/message/custom/send")
    def custom_send() -> Response:
        demand_token(world, appid)
        data = body()
        person = demand_person(world, appid, data.get("touser"))
        kind, shown = _customer_service(world, data)
        world.quota.spend(person.id)
        world.chats.append(person.id, world.clock.now(), "account", "customer_service", kind, **shown)
        return _ok()

    @api.post("/message/template/send")
    def template_send() -> Response:
        demand_token(world, appid)
        data = body()
        person = demand_person(world, appid, data.get("touser"))
        if not person.follows:
            raise RefusedError(43004)
        _show_template(world, person, data)
        return _ok(msgid=secrets.randbelow(10**12))


def _customer_service(world: World, data: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Kind and shown fields of a customer-service message. Raises RefusedError."""
    kind = data.get("msgtype")
    part = data.get(kind) if isinstance(kind, str) else None
    if not isinstance(part, dict):
        raise RefusedError(47001)
    if kind == "text":
        text = str(part.get("content", ""))
        if not text:
            raise RefusedError(44004)
        if len(text.encode()) > _TEXT_LIMIT_BYTES:
            raise RefusedError(45002)
        return "text", {"text": text}
    if kind == "image":
        world.media.get(str(part.get("media_id")))
        return "image", {"media_id": str(part["media_id"])}
    if kind == "miniprogrampage":
        if part.get("appid") != world.options.mp_appid:
            raise RefusedError(40013)
        if not part.get("title") or not part.get("pagepath"):
            raise RefusedError(47001)
        media_id = str(part.get("thumb_media_id"))
        world.media.get(media_id)
        return "card", {"text": str(part["title"]), "url": str(part["pagepath"]), "media_id": media_id}
    raise RefusedError(40004)


def _show_template(world: World, person: Person, data: dict[str, Any]) -> None:
    if not data.get("template_id"):
        raise RefusedError(40037)
    fields = data.get("data")
    if not isinstance(fields, dict) or not all(
        isinstance(item, dict) and isinstance(item.get("value"), str) for item in fields.values()
    ):
        raise RefusedError(47003)
    values = {key: item["value"] for key, item in fields.items()}
    now, title = world.clock.now(), str(data["template_id"])
    link = str(data.get("url") or "")
    world.chats.append(person.id, now, "account", "template", "template", text=title, url=link, data=values)


def _media(api: Blueprint, world: World) -> None:
    accounts = (world.options.oa_appid, world.options.mp_appid)

    @api.post("/media/upload")
    def upload() -> Response:
        demand_token(world, *accounts)
        kind, file = request.args.get("type"), request.files.get("media")
        if kind not in {"image", "thumb"} or file is None:
            raise RefusedError(40004)
        media_id = world.media.put(file.read())
        return jsonify(type=kind, media_id=media_id, created_at=int(world.clock.now()))

    @api.get("/media/get")
    def download() -> Response:
        demand_token(world, *accounts)
        picture = world.media.get(request.args.get("media_id", ""))
        return Response(picture.content, content_type=picture.content_type)


def _codes(api: Blueprint, world: World) -> None:
    @api.post("/qrcode/create")
    def create_code() -> Response:
        demand_token(world, world.options.oa_appid)
        code = world.scenes.create(body())
        world.keep()
        left = {"expire_seconds": code.expires_at - int(world.clock.now())} if code.expires_at else {}
        return jsonify(ticket=code.ticket, url=code.url, **left)

    @api.get("/showqrcode")
    def show_code() -> Response:
        """mp.weixin.qq.com: needs no token."""
        code = world.scenes.live(ticket=request.args.get("ticket", ""))
        if code is None:
            return Response(status=404)
        return Response(draw_qr(code.url), content_type="image/png")


def _menu(api: Blueprint, world: World) -> None:
    appid = world.options.oa_appid

    @api.post("/menu/create")
    def create_menu() -> Response:
        demand_token(world, appid)
        buttons = body().get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST_BUTTONS:
            raise RefusedError(40035, "button")
        for button in buttons:
            _check_button(button)
        world.menu = buttons
        world.keep()
        return _ok()

    @api.get("/menu/get")
    def get_menu() -> Response:
        demand_token(world, appid)
        if not world.menu:
            raise RefusedError(46003)
        return jsonify(menu={"button": world.menu})

    @api.get("/menu/delete")
    def delete_menu() -> Response:
        demand_token(world, appid)
        world.menu = []
        world.keep()
        return _ok()


def _check_button(button: object, depth: int = 0) -> None:
    """A button has a name and either sub-buttons or a type with what the type needs."""
    if not isinstance(button, dict) or not button.get("name"):
        raise RefusedError(40035, "button name")
    subs = button.get("sub_button")
    if subs and depth == 0:
        if not isinstance(subs, list) or len(subs) > _MOST_SUB_BUTTONS:
            raise RefusedError(40035, "sub_button")
        for sub in subs:
            _check_button(sub, 1)
        return
    needs = {"click": ("key",), "view": ("url",), "miniprogram": ("url", "appid", "pagepath")}
    if not all(button.get(name) for name in needs.get(str(button.get("type")), ("type",))):
        raise RefusedError(40035, "button type")


def _people(api: Blueprint, world: World) -> None:
    appid = world.options.oa_appid

    @api.get("/user/info")
    def info() -> Response:
        demand_token(world, appid)
        person = demand_person(world, appid, request.args.get("openid"))
        openid = openid_of(appid, person.id)
        if not person.follows:
            return jsonify(subscribe=0, openid=openid)
        return jsonify(
            subscribe=1,
            openid=openid,
            unionid=unionid_of(person.id),
            language="zh_CN",
            subscribe_time=person.followed_at,
            subscribe_scene="ADD_SCENE_QR_CODE" if person.scene else "ADD_SCENE_SEARCH",
            qr_scene_str=person.scene,
        )

    @api.get("/ticket/getticket")
    def ticket() -> Response:
        demand_token(world, appid)
        return _ok(ticket=secrets.token_urlsafe(64), expires_in=7200)
