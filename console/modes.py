"""Unlock all, lockdown, back to normal: one member of security proposes with a reason, a different one confirms."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, TextAreaField

from access.domain.errors import KaimenError
from access.queries import gate_modes as shown_modes
from access.services import gate_modes
from access.services.gate_modes import Mode, ModeOrder
from console.fields import Form, attach, needed, size, strip
from console.present import house, me
from console.routes import SECURITY, Routes
from console.words import say, term

routes = Routes("modes")


class ModeForm(Form):
    mode = RadioField(
        choices=[(mode.value, f"{term(mode).zh} {term(mode).en}") for mode in Mode],
        validators=[needed()],
        validate_choice=False,
    )
    point = SelectField(validate_choice=False)
    reason = TextAreaField(validators=[needed(), size(1, gate_modes.MAX_REASON)], filters=[strip])


@routes.allow("/modes", SECURITY)
def page() -> ResponseReturnValue:
    return _page(ModeForm(formdata=None), 200)


@routes.allow("/modes", SECURITY, methods=("POST",))
def propose() -> ResponseReturnValue:
    form = ModeForm()
    mode = next((mode for mode in Mode if mode.value == form.mode.data), None)
    if not form.validate_on_submit() or mode is None:
        if mode is None:
            form.mode.errors = [say("mode.unknown")]
        return _page(form, 400)
    try:
        gate_modes.propose_mode(house(), me(), mode, form.point.data or None, form.reason.data or "")
    except KaimenError as exc:
        attach(form, exc)
        return _page(form, exc.status)
    flash("mode.proposed")
    return redirect(url_for("console.modes_page"))


@routes.allow("/modes/<proposal_id>/confirm", SECURITY, methods=("POST",))
def confirm(proposal_id: str) -> ResponseReturnValue:
    """The answer names the gates that were not reached: somebody has to walk there."""
    return _page(ModeForm(formdata=None), 200, gate_modes.confirm_mode(house(), me(), proposal_id))


def _page(form: ModeForm, status: int, order: ModeOrder | None = None) -> ResponseReturnValue:
    overview = shown_modes.overview(house(), me())
    doors = [(point.id, f"{point.name_zh} {point.name_en}") for point in overview.points]
    form.point.choices = [("", "本小区所有的门 Every door of the estate"), *doors]
    page = render_template("console/modes.html", form=form, overview=overview, order=order)
    return page, status
