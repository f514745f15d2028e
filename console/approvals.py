"""Residencies to decide."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from access.domain.errors import InvalidInput
from access.queries import approvals
from access.services import approve_residency
from console.fields import MAX_REASON, Form, attach, needed, size, strip
from console.present import house, me, offset
from console.routes import OPERATIONS, Routes

routes = Routes("approvals")


class RefusalForm(Form):
    reason = TextAreaField(validators=[needed(), size(1, MAX_REASON)], filters=[strip])


@routes.allow("/approvals", OPERATIONS)
def listed() -> ResponseReturnValue:
    return render_template("console/approvals.html", page=approvals.pending(house(), me(), offset()))


@routes.allow("/approvals/<residency_id>", OPERATIONS)
def detail(residency_id: str) -> ResponseReturnValue:
    return _detail(residency_id, RefusalForm(), 200)


@routes.allow("/approvals/<residency_id>/approve", OPERATIONS, methods=("POST",))
def approve(residency_id: str) -> ResponseReturnValue:
    approve_residency.approve(house(), me(), residency_id)
    flash("residency.approved")
    return redirect(url_for("console.approvals_listed"))


@routes.allow("/approvals/<residency_id>/refuse", OPERATIONS, methods=("POST",))
def refuse(residency_id: str) -> ResponseReturnValue:
    form = RefusalForm()
    if not form.validate_on_submit():
        return _detail(residency_id, form, 400)
    try:
        approve_residency.refuse(house(), me(), residency_id, form.reason.data or "")
    except InvalidInput as exc:
        attach(form, exc)
        return _detail(residency_id, form, exc.status)
    flash("residency.refused")
    return redirect(url_for("console.approvals_listed"))


def _detail(residency_id: str, form: RefusalForm, status: int) -> ResponseReturnValue:
    found = approvals.request_detail(house(), me(), residency_id)
    return render_template("console/approval.html", detail=found, form=form), status
