"""Who stands behind this request: the house, the signed-in staff member and their estate."""

from __future__ import annotations

from typing import cast

from flask import Response, g, request

from access.domain.errors import InvalidInput, NotPermitted
from access.domain.places import Estate
from access.domain.reading import ReadPurpose
from access.domain.staff import Staff, StaffRole
from access.queries.paging import MAX_OFFSET
from access.services import staff_sign_in
from access.services.house import House

COOKIE = "kaimen_staff"
PATH = "/console"
MAX_TOKEN = 64

PURPOSES = {
    StaffRole.OPERATIONS: (ReadPurpose.MANAGE_RESIDENTS, ReadPurpose.HANDLE_INCIDENT),
    StaffRole.SECURITY: (ReadPurpose.HANDLE_INCIDENT,),
}
"""For what a role may read names on the pages of residents and events."""


def house() -> House:
    return cast(House, g.house)


def me() -> Staff:
    """The signed-in staff member."""
    return cast(staff_sign_in.Present, g.present).staff


def estate() -> Estate:
    """Their estate."""
    return cast(staff_sign_in.Present, g.present).estate


def signed_in() -> staff_sign_in.Present | None:
    """Who is signed in, None on the sign-in page."""
    return cast("staff_sign_in.Present | None", g.get("present"))


def require(roles: frozenset[StaffRole], *, keeps_awake: bool = True) -> None:
    """Find the session and check the role.

    Args:
        keeps_awake: the request keeps the session from going idle.

    Raises:
        NotPermitted: ``staff.session`` when nobody is signed in, ``staff.role`` without a role that may.
    """
    token = request.cookies.get(COOKIE, "")
    if not 0 < len(token) <= MAX_TOKEN:
        raise NotPermitted("staff.session", "not signed in")
    g.present = staff_sign_in.present(house(), token, keeps_awake=keeps_awake)
    if not roles & me().roles:
        raise NotPermitted("staff.role", "this page is for other roles")


def keep_token(response: Response, token: str, secure: bool) -> Response:
    """Put the session's token into the browser; the server decides when it ends."""
    response.set_cookie(COOKIE, token, path=PATH, secure=secure, httponly=True, samesite="Strict")
    return response


def drop_token(response: Response, secure: bool) -> Response:
    response.delete_cookie(COOKIE, path=PATH, secure=secure, httponly=True, samesite="Strict")
    return response


def purposes() -> tuple[ReadPurpose, ...]:
    """Purposes under which the staff member may read names, in a fixed order."""
    mine = {purpose for role in me().roles for purpose in PURPOSES.get(role, ())}
    return tuple(purpose for purpose in ReadPurpose if purpose in mine)


def chosen_purpose() -> ReadPurpose | None:
    """The purpose picked on the page, None while names stay hidden.

    Raises:
        InvalidInput: ``purpose.unknown`` for one that is not the staff member's to pick.
    """
    picked = request.args.get("purpose", "")
    if not picked:
        return None
    found = next((purpose for purpose in purposes() if purpose.value == picked), None)
    if found is None:
        raise InvalidInput("purpose.unknown", "not a purpose of this role", field="purpose")
    return found


def offset() -> int:
    """How many rows lie before the page asked for; anything odd is the first page."""
    asked = request.args.get("offset", 0, type=int)
    return asked if 0 <= asked <= MAX_OFFSET else 0
