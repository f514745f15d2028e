"""`/sim/…`: act as a simulated person over HTTP, and see what the person sees. All answers are JSON.

    GET  /sim/state                      account, mode, callback, menu, people
    GET  /sim/people                     [{id, name, openid, mini_openid, follows, snapshot, messages: how many}]
    POST /sim/people                     {name, id?} → person
    GET  /sim/people/ID/messages         ?since=N&wait_s=S → [message]; waits for one for up to S seconds
    POST /sim/people/ID/follow           → delivery
    POST /sim/people/ID/unfollow         → delivery
    POST /sim/people/ID/scan             {scene} or {text} or a picture as file `picture` → {kind, value, delivery}
    POST /sim/people/ID/text             {text} → delivery
    POST /sim/people/ID/image            file `picture` → delivery
    POST /sim/people/ID/menu             {key} (click) or {url} (link) → delivery
    POST /sim/people/ID/subscribe        {template_id, times?}: agree to subscription messages → {left}
    POST /sim/people/ID/login_code       wx.login → {code}
    POST /sim/people/ID/phone_code       getPhoneNumber → {code}
    POST /sim/people/ID/snapshot         {on}: pages get a throw-away identity → person
    GET  /sim/qrcodes                    [{ticket, url, scene, expires_at}]
    GET  /sim/media/MEDIA_ID             a picture of the chat

A message is `chat.Message`, a delivery `callback.Delivery`. A refusal is {"error": words for the person},
status 404 for an unknown person, 409 for what WeChat would not let the person do, 400 for a bad request.
A scene that no created code has is taken too, as if its code had been printed.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from standins.wechat.acts import Acts, CannotActError
from standins.wechat.people import Person, openid_of
from standins.wechat.refusals import RefusedError
from standins.wechat.world import World

LONGEST_WAIT_SECONDS = 25.0


class _BadRequestError(Exception):
    """Answered with status 400."""


class _UnknownPersonError(Exception):
    """Answered with status 404."""


def routes(world: World, acts: Acts) -> Blueprint:
    api = Blueprint("sim_api", __name__, url_prefix="/sim")
    _refusals(api)
    _people(api, world)
    _chat(api, world, acts)
    _scan(api, world, acts)
    _mini(api, world)
    return api


def _refusals(api: Blueprint) -> None:
    @api.errorhandler(CannotActError)
    def cannot(exc: CannotActError) -> tuple[Response, int]:
        return jsonify(error=str(exc)), 409

    @api.errorhandler(_BadRequestError)
    def bad(exc: _BadRequestError) -> tuple[Response, int]:
        return jsonify(error=str(exc)), 400

    @api.errorhandler(_UnknownPersonError)
    def unknown(_exc: _UnknownPersonError) -> tuple[Response, int]:
        return jsonify(error="没有此人 · No such person"), 404

    @api.errorhandler(RefusedError)
    def refused(exc: RefusedError) -> tuple[Response, int]:
        return jsonify(error=exc.errmsg), 409


def _people(api: Blueprint, world: World) -> None:
    def as_json(person: Person) -> dict[str, Any]:
        options = world.options
        return {
            "id": person.id,
            "name": person.name,
            "follows": person.follows,
            "snapshot": person.snapshot,
            "messages": world.chats.count(person.id),
            "openid": openid_of(options.oa_appid, person.id),
            "mini_openid": openid_of(options.mp_appid, person.id),
        }

    @api.get("/state")
    def state() -> Response:
        options = world.options
        return jsonify(
            account=options.account,
            account_name=options.account_name,
            mode=options.mode,
            callback_url=world.callback_url,
            menu=world.menu,
            people=[as_json(one) for one in world.people.all()],
        )

    @api.get("/people")
    def people() -> Response:
        return jsonify([as_json(one) for one in world.people.all()])

    @api.post("/people")
    def add() -> Response:
        data = _object()
        person_id = data.get("id")
        try:
            person = world.people.add(str(data.get("name") or ""), str(person_id) if person_id else None)
        except ValueError as exc:
            raise _BadRequestError(str(exc)) from exc
        world.keep()
        return jsonify(as_json(person))

    @api.post("/people/<person_id>/snapshot")
    def snapshot(person_id: str) -> Response:
        person = _person(world, person_id)
        person.snapshot = bool(_object().get("on"))
        return jsonify(as_json(person))


def _chat(api: Blueprint, world: World, acts: Acts) -> None:
    @api.get("/people/<person_id>/messages")
    def messages(person_id: str) -> Response:
        person = _person(world, person_id)
        since = max(0, request.args.get("since", 0, int))
        wait = min(max(0.0, request.args.get("wait_s", 0.0, float)), LONGEST_WAIT_SECONDS)
        return jsonify([one.as_json() for one in world.chats.since(person.id, since, wait)])

    @api.post("/people/<person_id>/follow")
    def follow(person_id: str) -> Response:
        return jsonify(acts.follow(_person(world, person_id)).as_json())

    @api.post("/people/<person_id>/unfollow")
    def unfollow(person_id: str) -> Response:
        return jsonify(acts.unfollow(_person(world, person_id)).as_json())

    @api.post("/people/<person_id>/text")
    def text(person_id: str) -> Response:
        person = _person(world, person_id)
        return jsonify(acts.write(person, str(_object().get("text") or "")).as_json())

    @api.post("/people/<person_id>/image")
    def image(person_id: str) -> Response:
        person = _person(world, person_id)
        base = request.host_url.rstrip("/")
        return jsonify(acts.send_picture(person, _picture(), base).as_json())

    @api.post("/people/<person_id>/menu")
    def menu(person_id: str) -> Response:
        person, data = _person(world, person_id), _object()
        if data.get("key"):
            return jsonify(acts.click(person, str(data["key"])).as_json())
        return jsonify(acts.view(person, str(data.get("url") or "")).as_json())

    @api.get("/media/<media_id>")
    def media(media_id: str) -> Response:
        picture = world.media.get(media_id)
        return Response(picture.content, content_type=picture.content_type)


def _scan(api: Blueprint, world: World, acts: Acts) -> None:
    @api.post("/people/<person_id>/scan")
    def scan(person_id: str) -> Response:
        person = _person(world, person_id)
        if "picture" in request.files:
            return jsonify(acts.scan_picture(person, _picture()).as_json())
        data = _object()
        if data.get("scene"):
            scene = str(data["scene"])
            code = world.scenes.live(scene=scene) or world.scenes.create(
                {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
            )
            return jsonify(acts.scan_scene(person, code).as_json())
        if data.get("text"):
            return jsonify(acts.scan_text(person, str(data["text"])).as_json())
        raise _BadRequestError("send scene, text or a picture")

    @api.get("/qrcodes")
    def qrcodes() -> Response:
        return jsonify([one.as_json() for one in world.scenes.all()])


def _mini(api: Blueprint, world: World) -> None:
    @api.post("/people/<person_id>/login_code")
    def login_code(person_id: str) -> Response:
        return jsonify(code=world.codes.issue("login", _person(world, person_id).id))

    @api.post("/people/<person_id>/phone_code")
    def phone_code(person_id: str) -> Response:
        return jsonify(code=world.codes.issue("phone", _person(world, person_id).id))

    @api.post("/people/<person_id>/subscribe")
    def subscribe(person_id: str) -> Response:
        person, data = _person(world, person_id), _object()
        template_id, times = str(data.get("template_id") or ""), data.get("times", 1)
        if not template_id or not isinstance(times, int) or times < 1:
            raise _BadRequestError("template_id and a number of times are needed")
        world.grants.add(person.id, template_id, times)
        return jsonify(left=world.grants.left(person.id, template_id))


def _person(world: World, person_id: str) -> Person:
    person = world.people.find(person_id)
    if person is None:
        raise _UnknownPersonError
    return person


def _object() -> dict[str, Any]:
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise _BadRequestError("a JSON object is needed")
    return data


def _picture() -> bytes:
    file = request.files.get("picture")
    if file is None:
        raise _BadRequestError("a file named picture is needed")
    content: bytes = file.read()
    return content
