"""The stand-in as a Flask application: WeChat's three hosts and the simulator under one address."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, render_template, request
from flask.json.provider import DefaultJSONProvider

from standins.wechat import (
    api_doors,
    api_mini,
    api_official,
    api_tokens,
    authenticator,
    open_pages,
    sim_admin,
    sim_api,
)
from standins.wechat.acts import Acts
from standins.wechat.callback import Callback
from standins.wechat.media import LIMIT_BYTES
from standins.wechat.options import LOOPBACK, StandInOptions, refuse_production
from standins.wechat.world import World

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    # Pictures of articles come from the product, on another port of this machine.
    "img-src 'self' data: http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SLACK_BYTES = 64 * 1024


def create_app(options: StandInOptions) -> Flask:
    """Build the application.

    Raises:
        RuntimeError: with KAIMEN_ENV=production.
    """
    refuse_production()
    world = World(options)
    app = Flask("standins.wechat", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LIMIT_BYTES + _SLACK_BYTES
    # Fields of a template message are shown in the order they were sent in.
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False
    app.json = provider
    _guard(app)
    api_doors.install(app, world)
    acts = Acts(world, Callback(world))
    for blueprint in (
        api_tokens.routes(world),
        api_official.routes(world),
        api_mini.routes(world),
        open_pages.routes(world),
        sim_api.routes(world, acts),
        sim_admin.routes(world),
        authenticator.routes(world),
    ):
        app.register_blueprint(blueprint)
    _pages(app, world)
    return app


def _guard(app: Flask) -> None:
    """Answer this machine alone: a page elsewhere must not act as a person through the visitor's browser."""

    @app.before_request
    def local_only() -> Response | None:
        host = urlsplit(f"//{request.host}").hostname
        foreign = request.headers.get("Sec-Fetch-Site") == "cross-site" and request.method != "GET"
        return Response(status=403) if host not in LOOPBACK or foreign else None

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response


def _pages(app: Flask, world: World) -> None:
    @app.get("/")
    def home() -> Response:
        return Response(render_template("chat.html", account=world.options.account_name))

    @app.get("/healthz")
    def health() -> Response:
        return jsonify(ok=True)
