"""The console's blueprint: pages for property staff on a PC, Chinese first with English beside."""

from __future__ import annotations

from flask import Blueprint, g
from flask.sansio.app import App
from flask.sansio.blueprints import BlueprintSetupState
from flask_wtf.csrf import CSRFProtect

from access.services.house import House
from console import (
    alarms,
    approvals,
    areas,
    assessments,
    audit,
    cards,
    challenges,
    dashboard,
    desk,
    disclosures,
    edge,
    erasures,
    events,
    gates,
    incidents,
    modes,
    notices,
    password,
    places,
    reports,
    residents,
    reviews,
    rights,
    schedules,
    shown,
    sign_in,
    staff,
    terminals,
)
from console.errors import handle
from console.present import PATH
from console.safety import add_headers

SUBJECTS = (
    sign_in,
    dashboard,
    approvals,
    residents,
    cards,
    challenges,
    desk,
    edge,
    reviews,
    events,
    incidents,
    alarms,
    modes,
    gates,
    terminals,
    places,
    areas,
    schedules,
    notices,
    reports,
    erasures,
    rights,
    disclosures,
    assessments,
    audit,
    staff,
    password,
)


def console_blueprint(house: House, *, secure_cookies: bool = True) -> Blueprint:
    """Build the blueprint. The application needs a ``SECRET_KEY`` of its own.

    Args:
        secure_cookies: send cookies over HTTPS alone; off only for the local demo.
    """
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix=PATH,
        static_folder="static",
        static_url_path="/static",
        template_folder="../templates",
    )
    csrf = CSRFProtect()

    def arrive() -> None:
        g.house = house
        g.secure_cookies = secure_cookies

    def prepare(state: BlueprintSetupState) -> None:
        _settings(state.app, secure_cookies)
        csrf.init_app(state.app)

    blueprint.record_once(prepare)
    blueprint.before_request(arrive)
    blueprint.after_request(add_headers)
    blueprint.context_processor(shown.for_templates)
    blueprint.context_processor(alarms.for_templates)
    blueprint.register_error_handler(Exception, handle)
    for subject in SUBJECTS:
        subject.routes.register(blueprint)
    return blueprint


def _settings(app: App, secure_cookies: bool) -> None:
    """What the forms' tokens need; they live in Flask's own session cookie, which holds nothing else of ours."""
    # Other doors take signed posts without a form token; the console checks its own forms in `routes`.
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config["SESSION_COOKIE_SECURE"] = secure_cookies
    if app.config["SESSION_COOKIE_SAMESITE"] is None:
        app.config["SESSION_COOKIE_SAMESITE"] = "Strict"
