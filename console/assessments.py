"""The impact assessment, and with it the switch for face: off without a current one."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, TextAreaField

from access.domain.assessment import Mark
from access.domain.errors import InvalidInput, KaimenError
from access.services import assess
from console.fields import Form, attach, end_of, needed, size, strip, text
from console.present import estate, house, me
from console.routes import AUDIT, Routes
from console.words import say

routes = Routes("assessments")
_WORDS = (assess.MIN_WORDS, assess.MAX_WORDS)


class AssessmentForm(Form):
    purpose = TextAreaField(validators=[needed(), size(*_WORDS)], filters=[strip])
    effects = TextAreaField(validators=[needed(), size(*_WORDS)], filters=[strip])
    measures = TextAreaField(validators=[needed(), size(*_WORDS)], filters=[strip])
    officer = text(assess.MAX_NAME)
    attachment = FileField(validators=[FileRequired("请附评估文件。Attach the document.")])
    review_on = DateField(validators=[needed()])


@routes.allow("/assessments", AUDIT)
def page() -> ResponseReturnValue:
    return _page(AssessmentForm(formdata=None), 200)


@routes.allow("/assessments/new", AUDIT, methods=("POST",), max_body=assess.MAX_ATTACHMENT + 256 * 1024)
def new() -> ResponseReturnValue:
    form = AssessmentForm()
    if not form.validate_on_submit():
        return _page(form, 400)
    try:
        assess.file_assessment(house(), me(), _filled(form))
    except KaimenError as exc:
        attach(form, exc)
        return _page(form, exc.status)
    flash("assessment.filed")
    return redirect(url_for("console.assessments_page"))


@routes.allow("/assessments/<assessment_id>/document", AUDIT)
def document(assessment_id: str) -> ResponseReturnValue:
    answer = Response(assess.attachment(house(), me(), assessment_id), mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{assessment_id}-assessment"'
    return answer


@routes.allow("/assessments/mark/<why>", AUDIT, methods=("POST",))
def mark(why: str) -> ResponseReturnValue:
    if why not in set(Mark):
        raise InvalidInput("assessment.marked", "no such mark")
    assess.mark(house(), me(), Mark(why))
    flash("assessment.marked.done")
    return redirect(url_for("console.assessments_page"))


@routes.allow("/assessments/face/on", AUDIT, methods=("POST",))
def face_on() -> ResponseReturnValue:
    """Refused without a current assessment: said on the page, not as somebody else's page."""
    if not assess.standing(house(), estate().id).current:
        form = AssessmentForm(formdata=None)
        form.form_errors.append(say("face.assessment"))
        return _page(form, 409)
    assess.switch_face(house(), me(), True)
    flash("face.on")
    return redirect(url_for("console.assessments_page"))


@routes.allow("/assessments/face/off", AUDIT, methods=("POST",))
def face_off() -> ResponseReturnValue:
    assess.switch_face(house(), me(), False)
    flash("face.off")
    return redirect(url_for("console.assessments_page"))


def _filled(form: AssessmentForm) -> assess.Form:
    file = form.attachment.data
    return assess.Form(
        purpose=form.purpose.data or "",
        effects=form.effects.data or "",
        measures=form.measures.data or "",
        officer=form.officer.data or "",
        attachment_name=(file.filename or "document")[: assess.MAX_NAME],
        attachment=file.stream.read(assess.MAX_ATTACHMENT + 1),
        review_by=end_of(form.review_on.data, estate().timezone) or 0,
    )


def _page(form: AssessmentForm, status: int) -> ResponseReturnValue:
    stands = assess.standing(house(), estate().id)
    return render_template("console/assessments.html", stands=stands, form=form, marks=list(Mark)), status
