"""Reports to all owners: publish one after a preview, see which households have acknowledged it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from access.queries import reports
from access.services import owner_reports
from console import drafts
from console.present import chosen_purpose, house, me, offset
from console.routes import AUDIT, OPERATIONS, Routes

routes = Routes("reports")


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
    form = drafts.DraftForm()

    def publish() -> ResponseReturnValue:
        published = owner_reports.publish(house(), me(), *form.texts())
        flash("report.published")
        return redirect(url_for("console.reports_detail", report_id=published.id))

    return drafts.answer(form, "console/new_report.html", publish)
