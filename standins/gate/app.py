"""The stand-in's page and its HTTP API, for this machine only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, render_template, request

from access.domain.errors import InvalidInput, KaimenError, NotPermitted
from access.domain.ids import is_id
from access.domain.places import Method
from hardware.wire import MAX_FILM
from standins.gate.options import LOOPBACK
from standins.gate.station import MAX_FRAMES, Station

_MAX_UPLOAD = 40 * 1024 * 1024
_KEEPALIVE_SECONDS = 10.0
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def create_app(station: Station) -> Flask:
    """The Flask application of one station."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_UPLOAD
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    app.before_request(_only_this_machine)
    app.after_request(_guard)
    app.register_error_handler(KaimenError, _told)
    app.add_url_rule("/", "page", lambda: render_template("gate.html"))
    app.add_url_rule("/healthz", "health", lambda: jsonify(ok=True, link=station.agent.link.is_up()))
    app.add_url_rule("/sim/state", "state", lambda: jsonify(station.view()))
    app.add_url_rule("/sim/live", "live", lambda: Response(_views(station), mimetype="text/event-stream"))
    for name, act in _acts(station).items():
        app.add_url_rule(f"/sim/{name}", name, _doing(act), methods=["POST"])
    return app


Act = Callable[[], dict[str, Any] | None]


def _acts(station: Station) -> dict[str, Act]:
    """What a person can do, by the last part of its address."""
    return {
        "present": lambda: _present(station),
        "challenge": lambda: station.ask_movement(_text("access_point")),
        "network": lambda: station.plug(_flag("plugged")),
        "exit": lambda: station.press_exit(_text("access_point")),
        "fire": lambda: station.set_fire(_text("access_point"), _flag("active")),
        "hold": lambda: station.hold_door(_text("access_point"), _flag("held")),
        "force": lambda: station.force_door(_text("access_point")),
    }


def _doing(act: Act) -> Callable[[], Response]:
    def view() -> Response:
        answer = act()
        return jsonify({"ok": True} if answer is None else answer)

    return view


def _only_this_machine() -> None:
    """A page of another site open in the same browser must not press the buttons."""
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
        raise NotPermitted("gate.host", "open this page by its loopback address")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise NotPermitted("gate.origin", "another site asked")


def _guard(response: Response) -> Response:
    response.headers.extend(_HEADERS)
    return response


def _told(error: KaimenError) -> tuple[Response, int]:
    return jsonify(code=error.code, message=error.message), error.status


def _present(station: Station) -> dict[str, Any]:
    method = _text("method")
    if method not in ("qr", "card", "face"):
        raise InvalidInput("gate.method", "method is qr, card or face", field="method")
    challenge = _text("challenge")
    if challenge and not is_id(challenge):
        raise InvalidInput("gate.field", "challenge is an id that /sim/challenge gave", field="challenge")
    most = MAX_FILM if challenge else MAX_FRAMES
    pictures = [file.read() for file in request.files.getlist("picture")[:most]]
    payload = _text("card") if method == "card" else _text("text")
    return station.present(_text("access_point"), Method(method), payload, pictures, challenge)


def _views(station: Station) -> Iterator[str]:
    """The state at every change, and now and then so that the page knows that we live."""
    version = -1
    while True:
        view = station.view()
        version = view["version"]
        yield f"data: {json.dumps(view, ensure_ascii=False)}\n\n"
        station.wait_change(version, _KEEPALIVE_SECONDS)


def _fields() -> dict[str, Any]:
    if request.is_json:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise InvalidInput("gate.json", "send a JSON object")
        return body
    return dict(request.form)


def _text(name: str) -> str:
    value = _fields().get(name, "")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > 2_000:  # noqa: PLR2004 - far above any pass
        raise InvalidInput("gate.field", f"{name} must be a text", field=name)
    return value.strip()


def _flag(name: str) -> bool:
    value = _fields().get(name)
    if not isinstance(value, bool):
        raise InvalidInput("gate.field", f"{name} must be true or false", field=name)
    return value
