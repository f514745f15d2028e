"""Enrolments that look like somebody else's: staff compare the person at the desk with their name, nothing more."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from access.queries import approvals
from access.services import review_enrolment
from console.present import house, me, offset
from console.routes import OPERATIONS, Routes

routes = Routes("reviews")


@routes.allow("/reviews", OPERATIONS)
def listed() -> ResponseReturnValue:
    return render_template("console/reviews.html", page=approvals.reviews(house(), me(), offset()))


@routes.allow("/reviews/<enrolment_id>", OPERATIONS)
def detail(enrolment_id: str) -> ResponseReturnValue:
    return render_template("console/review.html", detail=approvals.review_detail(house(), me(), enrolment_id))


@routes.allow("/reviews/<enrolment_id>/approve", OPERATIONS, methods=("POST",))
def approve(enrolment_id: str) -> ResponseReturnValue:
    review_enrolment.approve_enrolment(house(), me(), enrolment_id)
    flash("enrolment.approved")
    return redirect(url_for("console.reviews_listed"))


@routes.allow("/reviews/<enrolment_id>/reject", OPERATIONS, methods=("POST",))
def reject(enrolment_id: str) -> ResponseReturnValue:
    review_enrolment.reject_enrolment(house(), me(), enrolment_id)
    flash("enrolment.rejected")
    return redirect(url_for("console.reviews_listed"))
