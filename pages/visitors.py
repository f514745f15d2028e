"""Inviting visitors: a short form, a link to share, a list with each one's state, cancelling."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.domain.errors import InvalidInput, NotFound
from access.domain.ids import is_id
from access.domain.places import AccessPoint, Estate, Method
from access.domain.times import HOUR, SECOND, local
from access.domain.visits import MAX_ENTRIES
from access.queries.phone_words import words_of
from access.services import invite_visitor, my_home
from access.services.house import House
from access.services.invite_visitor import Invitation, VisitState, Wish
from pages import phones

HOURS = {1: ("1 小时", "1 hour"), 2: ("2 小时", "2 hours"), 4: ("4 小时", "4 hours"), 8: ("8 小时", "8 hours"),
         24: ("1 天", "1 day"), 72: ("3 天", "3 days"), 168: ("7 天", "7 days")}  # fmt: skip
"""How long a visit may last, hours: what the form offers."""
_LIVE = (VisitState.OPEN, VisitState.UPCOMING)


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/visitors")
    def list_visitors() -> str:
        estate = phones.chosen_estate(house)
        mine = invite_visitor.invitations(house, phones.person(), estate.id)
        return render_template("pages/visitors.html", estate=estate, visitors=mine, live=_LIVE)

    @pages.get("/m/visitors/new")
    def invite_form() -> str:
        estate = phones.chosen_estate(house)
        begin = local(house.clock.now(), estate.timezone).strftime("%Y-%m-%dT%H:%M")
        # each door on the way in counts once, so one visit through every offered door needs as many
        entries = str(max(1, min(MAX_ENTRIES, len(_doors(house, estate)))))
        return _form(house, estate, {"begin": begin, "hours": "4", "entries": entries}, None)

    @pages.post("/m/visitors/new")
    def invite() -> Response | tuple[str, int]:
        estate = phones.chosen_estate(house)
        try:
            made = invite_visitor.invite(house, phones.person(), _wish(estate))
        except InvalidInput as error:
            return _form(house, estate, request.form.to_dict(), error), error.status
        return redirect(url_for("pages.invitation", pass_id=made.id))

    @pages.get("/m/visitors/<pass_id>")
    def invitation(pass_id: str) -> str:
        estate = phones.chosen_estate(house)
        found = _mine(house, estate, pass_id)
        url = f"{house.policy.public_url}/v/{found.secret}"
        return render_template("pages/invitation.html", estate=estate, visitor=found, url=url, live=_LIVE)

    @pages.post("/m/visitors/<pass_id>/revoke")
    def revoke_visitor(pass_id: str) -> Response:
        if not is_id(pass_id):
            raise NotFound("visit.unknown", "no such invitation")
        invite_visitor.revoke(house, phones.person(), pass_id)
        return redirect(url_for("pages.list_visitors"))


def _mine(house: House, estate: Estate, pass_id: str) -> Invitation:
    for one in invite_visitor.invitations(house, phones.person(), estate.id):
        if one.id == pass_id:
            return one
    raise NotFound("visit.unknown", "no such invitation")


def _wish(estate: Estate) -> Wish:
    """The form as a wish; its times are the estate's wall time."""
    try:
        begin = datetime.fromisoformat(request.form.get("begin", "")).replace(tzinfo=ZoneInfo(estate.timezone))
        hours, entries = int(request.form.get("hours", "")), int(request.form.get("entries", ""))
        at = int(begin.timestamp() * SECOND)
    except (ValueError, OverflowError) as exc:
        raise InvalidInput("visit.window", "a number or time cannot be read", field="begin") from exc
    if hours not in HOURS:
        raise InvalidInput("visit.window", "not a length that is offered", field="hours")
    doors = frozenset(request.form.getlist("doors"))
    if not doors:
        raise InvalidInput("visit.no_doors", "no door was chosen", field="access_points")
    name, tell = request.form.get("name", ""), request.form.get("tell") == "yes"
    return Wish(estate.id, name, at, at + hours * HOUR, doors, entries, tell)


def _doors(house: House, estate: Estate) -> list[AccessPoint]:
    """Doors of the host's that take a pass."""
    return [point for point in my_home.doors(house, phones.person(), estate.id) if Method.QR in point.methods]


def _form(house: House, estate: Estate, filled: dict[str, str], error: InvalidInput | None) -> str:
    doors = _doors(house, estate)
    words = words_of(error) if error is not None else None
    return render_template(
        "pages/invite.html",
        estate=estate,
        doors=doors,
        chosen=request.form.getlist("doors") if request.form else [point.id for point in doors],
        filled=filled,
        hours=HOURS,
        max_entries=MAX_ENTRIES,
        words=words,
    )
