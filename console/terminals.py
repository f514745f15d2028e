"""Vendors' terminals: let one in, see whether it polls and what it has yet to do, cut it off."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from access.domain.errors import KaimenError
from access.queries import places
from access.queries import terminals as listings
from access.services import gate_claims, terminals
from console.fields import Form, attach, maybe_text, needed, text
from console.present import estate, house, me
from console.routes import PLATFORM, SECURITY, Routes

routes = Routes("terminals")
MAX_SERIAL = 40
MAX_SOURCE = 50


class TerminalForm(Form):
    name = text(gate_claims.MAX_NAME)
    serial = text(MAX_SERIAL)
    door1 = SelectField(validators=[needed()])
    door2 = SelectField(validators=[Optional()])
    door3 = SelectField(validators=[Optional()])
    door4 = SelectField(validators=[Optional()])
    source = maybe_text(MAX_SOURCE)
    secret_path = BooleanField()
    holds_cards = BooleanField()


@routes.allow("/terminals", SECURITY, PLATFORM)
def listed() -> ResponseReturnValue:
    return _page(_form(fresh=True), 200)


@routes.allow("/terminals/new", SECURITY, PLATFORM, methods=("POST",))
def new() -> ResponseReturnValue:
    """The secret path is shown on this answer and never again."""
    form = _form(fresh=False)
    if not form.validate_on_submit():
        return _page(form, 400)
    try:
        made = terminals.register(house(), f"staff:{me().id}", estate().id, _wanted(form))
    except KaimenError as exc:
        attach(form, exc)
        return _page(form, exc.status)
    return render_template("console/terminal_added.html", made=made, address=house().policy.public_url)


@routes.allow("/terminals/<terminal_id>/revoke", SECURITY, PLATFORM, methods=("POST",))
def revoke(terminal_id: str) -> ResponseReturnValue:
    gate = listings.of_estate(house(), me(), terminal_id)
    gate_claims.revoke_gate(house(), f"staff:{me().id}", gate.id)
    flash("terminal.revoked")
    return redirect(url_for("console.terminals_listed"))


def _page(form: TerminalForm, status: int) -> ResponseReturnValue:
    return render_template("console/terminals.html", rows=listings.listing(house(), me()), form=form), status


def _form(*, fresh: bool) -> TerminalForm:
    form = TerminalForm(formdata=None) if fresh else TerminalForm()
    points = places.layout(house(), me()).points
    choices = [(row.point.id, f"{row.point.name_zh} {row.point.name_en}") for row in points]
    form.door1.choices = choices
    for field in (form.door2, form.door3, form.door4):
        field.choices = [("", "—"), *choices]
    return form


def _wanted(form: TerminalForm) -> terminals.Registration:
    doors = [field.data for field in (form.door1, form.door2, form.door3, form.door4) if field.data]
    return terminals.Registration(
        form.name.data or "",
        form.serial.data or "",
        doors,
        form.source.data or "",
        bool(form.secret_path.data),
        bool(form.holds_cards.data),
    )
