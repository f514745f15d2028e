"""Enrolling a face at the desk: only when the resident's own consents are live and the desk channel is on."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileRequired, MultipleFileField

from access.domain.consent import Channel
from access.domain.enrolment import MAX_SAMPLE_BYTES, MAX_SAMPLES
from access.domain.errors import InvalidInput, KaimenError
from access.queries import residents
from access.services.clean_sample import clean
from access.services.enrol import enrol_face
from console.fields import Form, attach
from console.present import chosen_purpose, estate, house, me
from console.routes import OPERATIONS, Routes

routes = Routes("desk")
_MAX_BODY = MAX_SAMPLES * MAX_SAMPLE_BYTES + 64 * 1024


class FaceForm(Form):
    samples = MultipleFileField(validators=[FileRequired("请拍照或选照片。Take or choose a picture.")])


@routes.allow("/residents/<person_id>/face", OPERATIONS, methods=("GET", "POST"), max_body=_MAX_BODY)
def face(person_id: str) -> ResponseReturnValue:
    form = FaceForm()
    found = residents.person_page(house(), me(), person_id, chosen_purpose())
    if not form.validate_on_submit():
        return _page(found, form, 400 if form.is_submitted() else 200)
    try:
        enrol_face(house(), person_id, estate().id, _samples(form), Channel.DESK)
    except KaimenError as exc:
        attach(form, exc)
        return _page(found, form, exc.status)
    flash("enrolment.sent")
    return redirect(url_for("console.residents_person", person_id=person_id))


def _samples(form: FaceForm) -> list[bytes]:
    """The pictures, upright and without place or time; more than three are refused before any is opened."""
    files = form.samples.data or []
    if not 1 <= len(files) <= MAX_SAMPLES:
        raise InvalidInput("sample.count", "1 to 3 pictures", field="samples")
    return [clean(file.stream.read(MAX_SAMPLE_BYTES + 1)) for file in files]


def _page(found: residents.PersonPage, form: FaceForm, status: int) -> ResponseReturnValue:
    return render_template("console/desk.html", person=found, form=form, most=MAX_SAMPLES), status
