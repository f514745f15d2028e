"""One handler: whatever goes wrong becomes a page with words; never a stack trace, never ``str(exc)``."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from access.domain.errors import Conflict, KaimenError
from console.present import PATH
from console.words import words_of

_LOG = logging.getLogger("kaimen.console")
_BY_STATUS = {404: "page.unknown", 405: "page.method", 413: "form.size"}


def handle(error: Exception) -> ResponseReturnValue:
    """The page for an error, by its code."""
    if isinstance(error, KaimenError):
        if error.code == "staff.session":
            return _to_sign_in()
        return error_page(error.code, error.status)
    if isinstance(error, CSRFError):
        return error_page("form.csrf", 400)
    if isinstance(error, HTTPException):
        status = error.code or 500
        return error_page(_BY_STATUS.get(status, "page.wrong"), status)
    _LOG.error("unexpected error in the console", exc_info=error)
    return error_page("page.fault", 500)


def error_page(code: str, status: int) -> Response:
    stale = status == Conflict.status
    page = render_template("console/error.html", words=words_of(code), came_from=_asked_from(), stale=stale)
    return make_response(page, status)


def _asked_from() -> str | None:
    """The console's page from which this was asked; None where it is not known or cannot be opened again."""
    came = urlsplit(request.referrer or "")
    here = request.method == "GET" and came.path == request.path
    if came.netloc != request.host or not came.path.startswith(f"{PATH}/") or here:
        return None
    addresses = current_app.create_url_adapter(request)
    return came.path if addresses is not None and addresses.test(came.path, method="GET") else None


def _to_sign_in() -> ResponseReturnValue:
    """Nobody signed in: ask, and come back to a page that was only being looked at."""
    asked = request.full_path.rstrip("?") if request.method == "GET" else ""
    if asked not in {"", "/console/"}:
        flash("staff.session", "note")
    return redirect(url_for("console.sign_in_page", next=asked or None))
