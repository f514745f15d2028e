"""Requests of residents about their own data: what is due, and the answer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from access.domain.errors import InvalidInput
from access.domain.rights import MAX_WORDS
from access.queries import rights as requests
from access.services import rights
from console.fields import Form, attach, needed, size, strip
from console.present import house, me, offset
from console.routes import AUDIT, Routes

routes = Routes("rights")


class AnswerForm(Form):
    answer = TextAreaField(validators=[needed(), size(1, MAX_WORDS)], filters=[strip])


@routes.allow("/rights", AUDIT)
def listed() -> ResponseReturnValue:
    waiting = requests.waiting(house(), me(), offset())
    return render_template("console/rights.html", page=waiting, now=house().clock.now())


@routes.allow("/rights/<request_id>", AUDIT)
def detail(request_id: str) -> ResponseReturnValue:
    return _detail(request_id, AnswerForm(), 200)


@routes.allow("/rights/<request_id>/answer", AUDIT, methods=("POST",))
def answer(request_id: str) -> ResponseReturnValue:
    """Done, or refused with the words as the reason: by the button pressed."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _detail(request_id, form, 400)
    try:
        rights.answer(house(), me(), request_id, "refuse" not in request.form, form.answer.data or "")
    except InvalidInput as exc:
        attach(form, exc)
        return _detail(request_id, form, exc.status)
    flash("rights.answered")
    return redirect(url_for("console.rights_listed"))


def _detail(request_id: str, form: AnswerForm, status: int) -> ResponseReturnValue:
    found = requests.reading(house(), me(), request_id)
    return render_template("console/right.html", asked=found.asked, homes=found.homes, form=form), status
