"""Enrolments that staff look at: the person at the desk, their name, and a picture where one is needed."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField

from access.domain.enrolment import MAX_SAMPLE_BYTES
from access.domain.errors import KaimenError, NotFound
from access.queries import approvals
from access.services import review_enrolment
from access.services.clean_sample import clean
from console.fields import Form, attach
from console.present import house, me, offset
from console.routes import OPERATIONS, Routes

routes = Routes("reviews")
_MAX_BODY = MAX_SAMPLE_BYTES + 64 * 1024


class PictureForm(Form):
    """A picture taken at the desk, or none."""

    samples = FileField()


@routes.allow("/reviews", OPERATIONS)
def listed() -> ResponseReturnValue:
    return render_template("console/reviews.html", page=approvals.reviews(house(), me(), offset()))


@routes.allow("/reviews/<enrolment_id>", OPERATIONS)
def detail(enrolment_id: str) -> ResponseReturnValue:
    return _page(enrolment_id, PictureForm(formdata=None), 200)


@routes.allow("/reviews/<enrolment_id>/approve", OPERATIONS, methods=("POST",), max_body=_MAX_BODY)
def approve(enrolment_id: str) -> ResponseReturnValue:
    form = PictureForm()
    try:
        review_enrolment.approve_enrolment(house(), me(), enrolment_id, _picture(form))
    except NotFound:
        raise
    except KaimenError as exc:
        attach(form, exc)
        return _page(enrolment_id, form, exc.status)
    flash("enrolment.approved")
    return redirect(url_for("console.reviews_listed"))


@routes.allow("/reviews/<enrolment_id>/reject", OPERATIONS, methods=("POST",))
def reject(enrolment_id: str) -> ResponseReturnValue:
    review_enrolment.reject_enrolment(house(), me(), enrolment_id)
    flash("enrolment.rejected")
    return redirect(url_for("console.reviews_listed"))


def _picture(form: PictureForm) -> bytes:
    """Upright, without place or time; empty where none was taken."""
    return clean(form.samples.data.stream.read(MAX_SAMPLE_BYTES + 1)) if form.samples.data else b""


def _page(enrolment_id: str, form: PictureForm, status: int) -> ResponseReturnValue:
    found = approvals.review_detail(house(), me(), enrolment_id)
    return render_template("console/review.html", detail=found, form=form), status
