"""The phone's browser: its session cookie, its form tokens, and which estate it looks at."""

from __future__ import annotations

from typing import cast

from flask import g, request, session
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from access.domain.errors import InvalidInput, NotFound
from access.domain.ids import is_id
from access.domain.people import PhoneSession
from access.domain.places import Estate
from access.services import my_home, phone_sign_in
from access.services.house import House
from access.services.phone_sign_in import SESSION_LIFE, SignedIn

COOKIE = "kaimen_phone"
LARGE_COOKIE = "kaimen_large"
FORM_SECONDS = 12 * 3600
"""A page left open over night still sends its form."""
_MAX_TOKEN = 128
_ESTATE = "estate"
_OWN_PATHS = ("/m/", "/v/")


def secure(house: House) -> bool:
    """Cookies are for https alone, unless the whole service runs on a local http address."""
    return house.policy.public_url.startswith("https://")


def remember(house: House, response: Response, signed_in: SignedIn) -> None:
    """Give the browser its session; scripts cannot read it."""
    seconds = SESSION_LIFE // 1000
    response.set_cookie(
        COOKIE, signed_in.token, max_age=seconds, httponly=True, secure=secure(house), samesite="Lax", path="/m"
    )


def forget(house: House, response: Response) -> None:
    response.delete_cookie(COOKIE, path="/m", httponly=True, secure=secure(house), samesite="Lax")


def token() -> str:
    """The session token of the request; empty when there is none or it is too long to be one."""
    found = request.cookies.get(COOKIE, "")
    return found if len(found) <= _MAX_TOKEN else ""


def load(house: House) -> PhoneSession | None:
    """Who asks; kept for the rest of the request."""
    found = phone_sign_in.who(house, token()) if token() else None
    g.phone_session = found
    return found


def signed_in() -> bool:
    return g.get("phone_session") is not None


def current_session() -> PhoneSession:
    """The session of a page that needs a sign-in."""
    return cast(PhoneSession, g.phone_session)


def person() -> str:
    """person id of a page that needs a sign-in."""
    return current_session().person_id


def check_form() -> None:
    """A form must have come from one of our own pages.

    Raises:
        InvalidInput: ``request.form``.
    """
    try:
        validate_csrf(request.form.get("csrf_token"), time_limit=FORM_SECONDS)
    except ValidationError as exc:
        raise InvalidInput("request.form", "the form token is missing or too old") from exc


def choose_estate(estate_id: str) -> None:
    """Look at this estate from now on, if it has the form of one."""
    if is_id(estate_id):
        session[_ESTATE] = estate_id


def estate(house: House) -> Estate | None:
    """The estate that the phone looks at: the chosen one, else the person's own, else the only one."""
    known = {one.id: one for one in my_home.estates(house)}
    chosen = known.get(str(session.get(_ESTATE, "")))
    if chosen is not None:
        return chosen
    if signed_in():
        for place in my_home.me(house, person()).places:
            return place.estate
    return next(iter(known.values())) if len(known) == 1 else None


def chosen_estate(house: House) -> Estate:
    """As `estate`, for pages that need one.

    Raises:
        NotFound: ``estate.unknown``, which leads to the choice of an estate.
    """
    found = estate(house)
    if found is None:
        raise NotFound("estate.unknown", "no estate chosen")
    return found


def address() -> str:
    """Where the request came from, for rate limits."""
    return request.remote_addr or "unknown"


def safe_path(path: str) -> str:
    """A path within these pages; the home page for everything else."""
    clean = path.startswith(_OWN_PATHS) and "\\" not in path and "//" not in path and path.isprintable()
    return path if clean else "/m/"
