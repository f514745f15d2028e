"""The api process: every door a person or a gate reaches by an ordinary request."""

from __future__ import annotations

import secrets
import time
from hmac import compare_digest

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RoutingException

from access.services.house import House
from app import doors, logs
from app.bootstrap import ROOT, build_house, host_of
from app.settings import Environment, Settings

MAX_BODY = 25 * 1024 * 1024
"""Above this nothing is read at all; each door has smaller limits of its own."""

_REQUESTS = Counter("kaimen_requests_total", "Requests by route and status", ["route", "status"])
_SECONDS = Histogram("kaimen_request_seconds", "Time of a request in seconds", ["route"])
_SORRY = "系统出了问题，请稍后再试。\nSomething failed. Please try again later.\n"
_NOT_HERE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>没有完成 Not done</title>
<h1>{zh}</h1>
<p lang="en">{en}</p>
<p><a href="/">回首页 Home</a></p>
</html>
"""
"""For what no door answers; without style, for nothing may be loaded or inline here."""
log = structlog.get_logger()


def create_app(settings: Settings, house: House | None = None) -> Flask:
    """The Flask application of the api process.

    Args:
        house: the wired ports; built from the settings when None.
    """
    logs.configure("api", settings.log_level, pretty=settings.env is Environment.DEMO)
    app = Flask("kaimen", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_NAME="kaimen",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        TRUSTED_HOSTS=[host_of(settings.public_url), "127.0.0.1", "localhost"],
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    _observe(app)
    _health(app, settings)
    doors.register(app, house or build_house(settings), settings)
    return app


def _observe(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(process="api", request_id=secrets.token_hex(8))

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        # the rule, never the path: a path may hold the secret of a visitor's link
        route = request.url_rule.rule if request.url_rule else "unmatched"
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        _REQUESTS.labels(route, response.status_code).inc()
        _SECONDS.labels(route).observe(seconds)
        log.debug(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1_000, 1),
        )
        return response

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return _not_here(error)
        # the class alone: the text of an exception may hold what must not be logged
        log.error("fault", error=type(error).__name__, route=request.url_rule.rule if request.url_rule else None)
        app.logger.debug("fault", exc_info=error)
        return Response(_SORRY, 500, mimetype="text/plain")


def _not_here(error: HTTPException) -> Response | HTTPException:
    """The words for an address that no door has, or a request that none takes; a redirection stays one."""
    if isinstance(error, RoutingException):
        return error
    if isinstance(error, NotFound):
        zh, en = "没有这一页。", "There is no such page."
    else:
        zh, en = "没有完成，请返回再试。", "That was not done. Please go back and try again."
    headers = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]
    return Response(_NOT_HERE.format(zh=zh, en=en), error.code or 500, headers, mimetype="text/html")


def _health(app: Flask, settings: Settings) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @app.get("/metrics")
    def metrics() -> Response:
        expected = settings.metrics_token.get_secret_value()
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not expected or not compare_digest(given, expected):
            return Response(status=404)
        return Response(generate_latest(), mimetype=CONTENT_TYPE_LATEST)
