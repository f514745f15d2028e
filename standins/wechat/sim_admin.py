"""`/sim/admin/…`: spoil things on purpose, move the clock, look behind the scenes. JSON.

GET    /sim/admin/faults     the faults
POST   /sim/admin/faults     {path: "*" or "/cgi-bin/…", kind: errcode|status|hang|garbage, code?, times?}
DELETE /sim/admin/faults     remove all; answers that hang go out
POST   /sim/admin/clock      {advance_s} → {now}
POST   /sim/admin/tokens     {do: "invalidate" (→ 40001) or "expire" (→ 42001)}
GET    /sim/admin/requests   {path: how often the API was asked}
POST   /sim/admin/callback   {url}: where messages go from now on
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from standins.wechat.faults import Fault
from standins.wechat.world import World


def routes(world: World) -> Blueprint:
    api = Blueprint("sim_admin", __name__, url_prefix="/sim/admin")
    _faults(api, world)

    @api.errorhandler(KeyError)
    @api.errorhandler(ValueError)
    @api.errorhandler(TypeError)
    def bad(exc: Exception) -> tuple[Response, int]:
        return jsonify(error=f"bad request: {exc}"), 400

    @api.post("/clock")
    def clock() -> Response:
        world.clock.advance(float(_object()["advance_s"]))
        return jsonify(now=world.clock.now())

    @api.post("/tokens")
    def tokens() -> Response:
        ways = {"invalidate": world.tokens.invalidate_all, "expire": world.tokens.expire_all}
        wanted = _object().get("do")
        if wanted not in ways:
            raise ValueError("do is invalidate or expire")
        ways[wanted]()
        return jsonify(done=wanted)

    @api.get("/requests")
    def requests() -> Response:
        return jsonify(world.requests())

    @api.post("/callback")
    def callback() -> Response:
        world.callback_url = str(_object()["url"])
        return jsonify(url=world.callback_url)

    return api


def _faults(api: Blueprint, world: World) -> None:
    @api.get("/faults")
    def listed() -> Response:
        return jsonify([one.as_json() for one in world.faults.all()])

    @api.post("/faults")
    def add() -> Response:
        fault = Fault(**_object())
        world.faults.add(fault)
        return jsonify(fault.as_json())

    @api.delete("/faults")
    def clear() -> Response:
        world.faults.clear()
        return jsonify([])


def _object() -> dict[str, Any]:
    data = request.get_json(silent=True)
    if not isinstance(data, dict):
        raise ValueError("a JSON object is needed")
    return data
