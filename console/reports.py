"""Reports to all owners: publish one after a preview, see which households have acknowledged it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from access.domain.errors import KaimenError
from access.queries import reports
from access.services import owner_reports, publish_notice
from console.fields import Form, attach, needed, size, strip, text
from console.present import chosen_purpose, house, me, offset
from console.routes import AUDIT, OPERATIONS, Routes

routes = Routes("reports")
_MIN, _MAX = publish_notice.MIN_BODY, publish_notice.MAX_BODY


class ReportForm(Form):
    title_zh = text(publish_notice.MAX_TITLE)
    title_en = text(publish_notice.MAX_TITLE)
    body_zh = TextAreaField(validators=[needed(), size(_MIN, _MAX)], filters=[strip])
    body_en = TextAreaField(validators=[needed(), size(_MIN, _MAX)], filters=[strip])


@routes.allow("/reports", OPERATIONS, AUDIT)
def listed() -> ResponseReturnValue:
    return render_template("console/reports.html", lines=reports.listed(house(), me()))


@routes.allow("/reports/<report_id>", OPERATIONS, AUDIT)
def detail(report_id: str) -> ResponseReturnValue:
    purpose = chosen_purpose()
    found = reports.reading(house(), me(), report_id, offset(), purpose)
    return render_template("console/report.html", reading=found, purpose=purpose)


@routes.allow("/reports/new", OPERATIONS, methods=("GET", "POST"))
def new() -> ResponseReturnValue:
    """First a preview; publishing is a second press, on the same page."""
    form = ReportForm()
    if not form.is_submitted():
        return _page(form, preview=False, status=200)
    if not form.validate_on_submit():
        return _page(form, preview=False, status=400)
    if "publish" not in request.form:
        return _page(form, preview=True, status=200)
    try:
        published = _publish(form)
    except KaimenError as exc:
        attach(form, exc)
        return _page(form, preview=False, status=exc.status)
    flash("report.published")
    return redirect(url_for("console.reports_detail", report_id=published))


def _publish(form: ReportForm) -> str:
    titles = form.title_zh.data or "", form.title_en.data or ""
    bodies = form.body_zh.data or "", form.body_en.data or ""
    return owner_reports.publish(house(), me(), *titles, *bodies).id


def _page(form: ReportForm, *, preview: bool, status: int) -> ResponseReturnValue:
    written = (form.title_zh.data, form.title_en.data, form.body_zh.data, form.body_en.data)
    must = [found for one in written if (found := publish_notice.face_as_a_must(one or ""))]
    return render_template("console/new_report.html", form=form, preview=preview, must=must), status
