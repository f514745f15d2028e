"""The silent alarm: a duress code was typed, and everybody of security sees it on whatever page they are."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from access.queries import alarms
from access.services.alarms import note_seen
from console.present import house, me, signed_in
from console.routes import SECURITY, Routes

routes = Routes("alarms")


@routes.allow("/alarms", SECURITY, keeps_awake=False)
def latest() -> ResponseReturnValue:
    """A piece of a page, fetched again and again; that somebody's browser asks does not keep them signed in."""
    return render_template("console/_alarm.html", alarm=alarms.duress(house(), me()))


@routes.allow("/alarms/seen", SECURITY, methods=("POST",))
def seen() -> ResponseReturnValue:
    note_seen(house(), me())
    flash("alarm.seen")
    return redirect(url_for("console.incidents_listed"))


def for_templates() -> dict[str, object]:
    """`alarm` on every page of security's."""
    present = signed_in()
    if present is None or SECURITY not in present.staff.roles:
        return {"alarm": None, "watches": False}
    return {"alarm": alarms.duress(house(), present.staff), "watches": True}
