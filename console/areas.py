"""Areas (anti-passback): which doors lead in and out, how strict, when forgiven. And the duress code."""

from __future__ import annotations

from datetime import time

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, PasswordField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, NumberRange, Optional

from access.domain.duress import LONGEST, SHORTEST
from access.domain.errors import KaimenError
from access.domain.passback import MAX_FORGIVE_MINUTES, Area, PassbackMode
from access.queries import areas as listings
from access.queries import places
from access.services import areas
from console.fields import Form, attach, needed, size, strip, text
from console.present import house, me
from console.routes import OPERATIONS, PLATFORM, SECURITY, Routes
from console.words import term

routes = Routes("areas")
_HOUR = 60
_FIRST_FORGIVE = 4 * _HOUR
_FIRST_NIGHTLY = time(4)


class AreaForm(Form):
    name_zh = text(areas.MAX_NAME)
    name_en = text(areas.MAX_NAME)
    mode = SelectField(
        choices=[(mode.value, f"{term(mode).zh} {term(mode).en}") for mode in PassbackMode], validators=[needed()]
    )
    forgive_minutes = IntegerField(
        validators=[
            InputRequired("请填写分钟数。Give the minutes."),
            NumberRange(1, MAX_FORGIVE_MINUTES, "1–1440 分钟。1 to 1440 minutes."),
        ]
    )
    nightly = TimeField(validators=[Optional()])
    ways_in = SelectMultipleField(validators=[Optional()])
    ways_out = SelectMultipleField(validators=[Optional()])


class DuressForm(Form):
    code = PasswordField(validators=[needed(), size(SHORTEST, LONGEST)], filters=[strip])


@routes.allow("/areas", OPERATIONS, SECURITY, PLATFORM)
def listed() -> ResponseReturnValue:
    return _page(DuressForm(formdata=None), 200)


@routes.allow("/areas/new", SECURITY, PLATFORM, methods=("GET", "POST"))
def new() -> ResponseReturnValue:
    form = _form()
    if not form.is_submitted():
        form.mode.data, form.forgive_minutes.data = PassbackMode.SOFT.value, _FIRST_FORGIVE
        form.nightly.data = _FIRST_NIGHTLY
    if form.validate_on_submit() and _save(form, None):
        return _done("area.saved")
    return render_template("console/area.html", form=form, area=None), 400 if form.is_submitted() else 200


@routes.allow("/areas/<area_id>", SECURITY, PLATFORM, methods=("GET", "POST"))
def detail(area_id: str) -> ResponseReturnValue:
    area, form = listings.area_of(house(), me(), area_id), _form()
    if not form.is_submitted():
        _fill(form, area)
    if form.validate_on_submit() and _save(form, area.id):
        return _done("area.saved")
    return render_template("console/area.html", form=form, area=area), 400 if form.is_submitted() else 200


@routes.allow("/areas/<area_id>/delete", SECURITY, PLATFORM, methods=("POST",))
def delete(area_id: str) -> ResponseReturnValue:
    areas.delete_area(house(), me(), area_id)
    return _done("area.deleted")


@routes.allow("/areas/<area_id>/reset", SECURITY, methods=("POST",))
def reset(area_id: str) -> ResponseReturnValue:
    areas.reset_area(house(), me(), area_id)
    return _done("area.reset")


@routes.allow("/areas/duress", SECURITY, methods=("POST",))
def duress() -> ResponseReturnValue:
    form = DuressForm()
    if form.validate_on_submit():
        try:
            areas.set_duress_code(house(), me(), form.code.data or "")
        except KaimenError as exc:
            attach(form, exc)
        else:
            return _done("duress.set")
    return _page(form, 400)


@routes.allow("/areas/duress/remove", SECURITY, methods=("POST",))
def remove_duress() -> ResponseReturnValue:
    areas.set_duress_code(house(), me(), "")
    return _done("duress.removed")


def _page(form: DuressForm, status: int) -> ResponseReturnValue:
    rows, has_code = listings.listing(house(), me()), areas.has_duress_code(house(), me())
    return render_template("console/areas.html", rows=rows, form=form, has_code=has_code), status


def _form() -> AreaForm:
    form = AreaForm()
    points = places.layout(house(), me()).points
    choices = [(row.point.id, f"{row.point.name_zh} {row.point.name_en}") for row in points]
    form.ways_in.choices, form.ways_out.choices = choices, choices
    return form


def _fill(form: AreaForm, area: Area) -> None:
    form.name_zh.data, form.name_en.data, form.mode.data = area.name_zh, area.name_en, area.mode.value
    form.forgive_minutes.data = area.forgive_minutes
    form.nightly.data = None if area.nightly is None else time(*divmod(area.nightly, _HOUR))
    form.ways_in.data, form.ways_out.data = sorted(area.ways_in), sorted(area.ways_out)


def _save(form: AreaForm, area_id: str | None) -> bool:
    """False where the core refuses; the form then says why."""
    night = form.nightly.data
    wish = areas.Wish(
        form.name_zh.data or "",
        form.name_en.data or "",
        PassbackMode(form.mode.data),
        form.forgive_minutes.data or 0,
        None if night is None else night.hour * _HOUR + night.minute,
        form.ways_in.data or (),
        form.ways_out.data or (),
    )
    try:
        areas.save_area(house(), me(), wish, area_id)
    except KaimenError as exc:
        attach(form, exc)
        return False
    return True


def _done(code: str) -> ResponseReturnValue:
    flash(code)
    return redirect(url_for("console.areas_listed"))
