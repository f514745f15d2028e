"""Everybody's own password."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField
from wtforms.validators import EqualTo

from access.domain.errors import KaimenError
from access.services import manage_staff
from console.fields import Form, attach, needed, size
from console.present import drop_token, house, me
from console.routes import EVERY_ROLE, Routes

routes = Routes("password")


class PasswordForm(Form):
    present = PasswordField(validators=[needed(), size(1, manage_staff.MAX_PASSWORD)])
    new = PasswordField(validators=[needed(), size(manage_staff.MIN_PASSWORD, manage_staff.MAX_PASSWORD)])
    again = PasswordField(validators=[needed(), EqualTo("new", "两次输入不一样。The two differ.")])


@routes.allow("/password", *EVERY_ROLE, methods=("GET", "POST"))
def page() -> ResponseReturnValue:
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("console/password.html", form=form), 400 if form.is_submitted() else 200
    try:
        manage_staff.change_password(house(), me(), form.present.data or "", form.new.data or "")
    except KaimenError as exc:
        attach(form, exc)
        return render_template("console/password.html", form=form), exc.status
    session.clear()
    flash("staff.password_changed")
    return drop_token(make_response(redirect(url_for("console.sign_in_page"))), g.secure_cookies)
