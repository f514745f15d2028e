"""Gates: online or not, what they serve, which policy they hold; a new one by a claim code, a lost one revoked."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField

from access.domain.errors import KaimenError
from access.domain.staff import StaffRole
from access.queries import gates, places
from access.services import gate_claims
from console.fields import Form, attach, needed, text
from console.present import estate, house, me
from console.routes import OPERATIONS, PLATFORM, SECURITY, Routes

routes = Routes("gates")
_MAY_CHANGE = frozenset({StaffRole.SECURITY, StaffRole.PLATFORM})


class ClaimForm(Form):
    name = text(gate_claims.MAX_NAME)
    access_points = SelectMultipleField(validators=[needed()])


@routes.allow("/gates", OPERATIONS, SECURITY, PLATFORM)
def listed() -> ResponseReturnValue:
    return _page(_form(fresh=True), 200)


@routes.allow("/gates/claim", SECURITY, PLATFORM, methods=("POST",))
def claim() -> ResponseReturnValue:
    """The code is shown on this answer and never again."""
    form = _form(fresh=False)
    if not form.validate_on_submit():
        return _page(form, 400)
    name, points = form.name.data or "", form.access_points.data or []
    try:
        offered = gate_claims.offer_claim(house(), f"staff:{me().id}", estate().id, name, points)
    except KaimenError as exc:
        attach(form, exc)
        return _page(form, exc.status)
    return render_template("console/claim.html", offered=offered, name=name, address=house().policy.public_url)


@routes.allow("/gates/<gate_id>/revoke", SECURITY, PLATFORM, methods=("POST",))
def revoke(gate_id: str) -> ResponseReturnValue:
    gates.of_estate(house(), me(), gate_id)
    gate_claims.revoke_gate(house(), f"staff:{me().id}", gate_id)
    flash("gate.revoked")
    return redirect(url_for("console.gates_listed"))


def _page(form: ClaimForm, status: int) -> ResponseReturnValue:
    listing = gates.listing(house(), me())
    may_change = bool(_MAY_CHANGE & me().roles)
    return render_template("console/gates.html", listing=listing, form=form, may_change=may_change), status


def _form(*, fresh: bool) -> ClaimForm:
    form = ClaimForm(formdata=None) if fresh else ClaimForm()
    points = places.layout(house(), me()).points
    form.access_points.choices = [(row.point.id, f"{row.point.name_zh} {row.point.name_en}") for row in points]
    return form
