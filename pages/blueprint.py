"""Pages for a phone's browser, under /m/ and /v/: server-made, usable without scripts, no host but our own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Response, g, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from access.domain.consent import Purpose
from access.domain.errors import KaimenError
from access.domain.times import FOREVER, SECOND, local
from access.services.house import House
from pages import (
    anew,
    binding,
    consenting,
    door_pass,
    doors,
    edge,
    erasures,
    faces,
    families,
    home,
    phones,
    problems,
    receipts,
    records,
    registering,
    reports,
    requests,
    sign_in,
    visit,
    visitors,
)
from pages.labels import label
from pages.questions import WHY

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
PUBLIC = frozenset({
    "static",
    "root",
    "unknown",
    "welcome",
    "choose_estate",
    "notice",
    "retention_schedule",
    "begin_sign_in",
    "end_sign_in",
    "set_size",
    "verify_form",
    "verify",
    "visit",
    "visit_picture",
    "visit_photo",
})  # fmt: skip
"""Pages that need no sign-in: nothing personal of an account is behind them."""

BODY_LIMIT = 32 * 1024
BODY_LIMITS = {"send_selfie": 9 * 1024 * 1024, "send_film": 4 * 1024 * 1024, "verify": 2 * 1024 * 1024}
"""Largest body in bytes by page, where it differs: one picture of 8 MB and its envelope, a film of 3 MB."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_SUBJECTS = (
    sign_in, home, registering, consenting, anew, faces, edge, erasures, door_pass, doors, visitors, visit, records,
    receipts, requests, families, reports, binding,
)  # fmt: skip


def pages_blueprint(house: House) -> Blueprint:
    """The pages over a house; the application they are registered on needs a secret key."""
    pages = Blueprint(
        "pages",
        __name__,
        template_folder=str(TEMPLATES),
        static_folder="static",
        static_url_path="/m/static",
    )
    for subject in _SUBJECTS:
        subject.add_pages(pages, house)
    pages.before_request(lambda: _admit(house))
    pages.after_request(_guard)
    pages.context_processor(lambda: _context(house))
    pages.app_template_filter("when")(_when)
    pages.app_template_filter("iso")(_iso)
    pages.register_error_handler(KaimenError, problems.on_own_error)
    pages.register_error_handler(HTTPException, problems.on_http_error)
    pages.register_error_handler(Exception, problems.on_anything_else)
    return pages


def _admit(house: House) -> AnyResponse | None:
    """Bound the body, know the phone, ask for a sign-in where one is needed, check forms."""
    page = (request.endpoint or "").rpartition(".")[2]
    request.max_content_length = BODY_LIMITS.get(page, BODY_LIMIT)
    if page == "static":
        return None
    found = phones.load(house)
    if "estate" in request.args:
        phones.choose_estate(request.args["estate"])
    if found is None and page not in PUBLIC:
        if problems.wants_json():
            return problems.json_problem("session.none", 401)
        back = request.full_path.rstrip("?") if request.method == "GET" else "/m/"
        return redirect(url_for("pages.begin_sign_in", next=back))
    if request.method == "POST":
        phones.check_form()
    return None


def _guard(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = _POLICY
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    if not (request.endpoint or "").endswith(".static"):
        headers["Cache-Control"] = "no-store"
    return response


def _context(house: House) -> dict[str, object]:
    """What every page knows."""
    return {
        "label": label,
        "purposes": Purpose,
        "why": WHY,
        "csrf_token": generate_csrf,
        "large": request.cookies.get(phones.LARGE_COOKIE) == "1",
        "signed_in": g.get("phone_session") is not None,
        "here": request.full_path.rstrip("?"),
        "now": house.clock.now(),
    }


def _when(at: int, timezone: str = "Asia/Shanghai") -> str:
    """An instant in the estate's wall time, to the minute."""
    return "" if at >= FOREVER else local(at, timezone).strftime("%Y-%m-%d %H:%M")


def _iso(at: int) -> str:
    """An instant for machines, RFC 3339 in UTC."""
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds")
