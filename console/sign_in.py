"""Signing in and out."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, StringField
from wtforms.validators import Regexp

from access.domain.errors import NotPermitted
from access.services import staff_sign_in
from access.services.manage_staff import MAX_PASSWORD
from console.fields import Form, attach, needed, size, strip
from console.present import COOKIE, PATH, drop_token, house, keep_token
from console.routes import EVERY_ROLE, Routes

routes = Routes("sign")


_SIX = "请填写 6 位数字。Please enter the six digits."


def _joined(value: str | None) -> str:
    return "".join((value or "").split())


class SignInForm(Form):
    name = StringField(validators=[needed(), size(1, 32)], filters=[strip])
    password = PasswordField(validators=[needed(), size(1, MAX_PASSWORD)])
    # authenticators show the digits in groups, and a copied code brings the space along
    code = StringField(validators=[needed(), Regexp(r"^[0-9]{6}\Z", message=_SIX)], filters=[_joined])


@routes.open_to_all("/sign-in", methods=("GET", "POST"))
def in_page() -> ResponseReturnValue:
    """Name, password and one-time code together: an answer never says which was wrong."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("console/sign_in.html", form=form), 400 if form.is_submitted() else 200
    try:
        opened = staff_sign_in.sign_in(
            house(), form.name.data or "", form.password.data or "", form.code.data or ""
        )
    except NotPermitted as exc:
        attach(form, exc)
        form.code.data = ""
        return render_template("console/sign_in.html", form=form), exc.status
    # A form token from before the sign-in must not go on afterwards.
    session.clear()
    return keep_token(make_response(redirect(_onward())), opened.token, g.secure_cookies)


@routes.allow("/sign-out", *EVERY_ROLE, methods=("POST",))
def out() -> ResponseReturnValue:
    staff_sign_in.sign_out(house(), request.cookies.get(COOKIE, ""))
    session.clear()
    flash("staff.signed_out")
    return drop_token(make_response(redirect(url_for("console.sign_in_page"))), g.secure_cookies)


def _onward() -> str:
    """Where the person wanted to go, within the console only."""
    wanted = request.args.get("next", "")
    inside = wanted.startswith(f"{PATH}/") and "\\" not in wanted and len(wanted) < 500  # noqa: PLR2004
    return wanted if inside else url_for("console.dashboard_page")
