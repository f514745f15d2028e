"""Staff accounts, for the platform operator."""

from __future__ import annotations

import base64

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField

from access.domain.errors import KaimenError
from access.domain.staff import StaffRole
from access.services import manage_staff
from access.services.draw_pass import png
from console.fields import Form, attach, needed, text
from console.present import estate, house, me
from console.routes import PLATFORM, Routes
from console.words import term

routes = Routes("staff")
_ROLES = [(role.value, f"{term(role).zh} {term(role).en}") for role in StaffRole]


class AccountForm(Form):
    name = text(32, least=3)
    display_name = text(manage_staff.MAX_DISPLAY_NAME)
    roles = SelectMultipleField(choices=_ROLES, validators=[needed()])


class RolesForm(Form):
    roles = SelectMultipleField(choices=_ROLES, validators=[needed()])


@routes.allow("/staff", PLATFORM)
def listed() -> ResponseReturnValue:
    return _listed(AccountForm(formdata=None), 200)


@routes.allow("/staff/new", PLATFORM, methods=("POST",))
def create() -> ResponseReturnValue:
    form = AccountForm()
    if not form.validate_on_submit():
        return _listed(form, 400)
    try:
        made = manage_staff.create_staff(
            house(), estate().id, form.name.data or "", form.display_name.data or "", _chosen(form), _actor()
        )
    except KaimenError as exc:
        attach(form, exc)
        return _listed(form, exc.status)
    return _handed_over(made)


@routes.allow("/staff/<staff_id>/roles", PLATFORM, methods=("POST",))
def roles(staff_id: str) -> ResponseReturnValue:
    form = RolesForm()
    chosen = _chosen(form) if form.validate_on_submit() else []
    manage_staff.set_roles(house(), me(), staff_id, chosen)
    return _saved()


@routes.allow("/staff/<staff_id>/disable", PLATFORM, methods=("POST",))
def disable(staff_id: str) -> ResponseReturnValue:
    manage_staff.set_disabled(house(), me(), staff_id, True)
    return _saved()


@routes.allow("/staff/<staff_id>/enable", PLATFORM, methods=("POST",))
def enable(staff_id: str) -> ResponseReturnValue:
    manage_staff.set_disabled(house(), me(), staff_id, False)
    return _saved()


@routes.allow("/staff/<staff_id>/reset", PLATFORM, methods=("POST",))
def reset(staff_id: str) -> ResponseReturnValue:
    return _handed_over(manage_staff.reset(house(), me(), staff_id))


def _handed_over(made: manage_staff.NewStaff) -> ResponseReturnValue:
    """The secrets, once, with a QR that an authenticator reads."""
    picture = "data:image/png;base64," + base64.b64encode(png(made.provisioning_uri)).decode()
    return render_template("console/new_staff.html", made=made, qr=picture)


def _listed(form: AccountForm, status: int) -> ResponseReturnValue:
    found = manage_staff.list_staff(house(), estate().id)
    return (
        render_template(
            "console/staff.html", accounts=found, form=form, roles=tuple(StaffRole), now=house().clock.now()
        ),
        status,
    )


def _chosen(form: AccountForm | RolesForm) -> list[StaffRole]:
    return [StaffRole(value) for value in form.roles.data or ()]


def _actor() -> str:
    return f"staff:{me().id}"


def _saved() -> ResponseReturnValue:
    flash("staff.saved")
    return redirect(url_for("console.staff_listed"))
