"""The notice that residents are shown: the version in force, and the next one with a preview."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, TextAreaField

from access.domain.consent import Notice
from access.domain.errors import KaimenError
from access.queries import places
from access.services import publish_notice
from console.fields import Form, attach, needed, size, strip, text
from console.present import house, me
from console.routes import AUDIT, OPERATIONS, Routes

routes = Routes("notices")
_MIN, _MAX = publish_notice.MIN_BODY, publish_notice.MAX_BODY


class NoticeForm(Form):
    title_zh = text(publish_notice.MAX_TITLE)
    title_en = text(publish_notice.MAX_TITLE)
    body_zh = TextAreaField(validators=[needed(), size(_MIN, _MAX)], filters=[strip])
    body_en = TextAreaField(validators=[needed(), size(_MIN, _MAX)], filters=[strip])
    material = BooleanField()


@routes.allow("/notices", OPERATIONS, AUDIT)
def page() -> ResponseReturnValue:
    return render_template("console/notices.html", notice=places.notice_in_force(house(), me()))


@routes.allow("/notices/new", AUDIT, methods=("GET", "POST"))
def new() -> ResponseReturnValue:
    """First a preview; publishing is a second press, on the same page."""
    form = NoticeForm()
    if not form.is_submitted():
        _fill(form, places.notice_in_force(house(), me()))
        return _page(form, preview=False, status=200)
    if not form.validate_on_submit():
        return _page(form, preview=False, status=400)
    if "publish" not in request.form:
        return _page(form, preview=True, status=200)
    try:
        _publish(form)
    except KaimenError as exc:
        attach(form, exc)
        return _page(form, preview=False, status=exc.status)
    flash("notice.published")
    return redirect(url_for("console.notices_page"))


def _publish(form: NoticeForm) -> None:
    titles = form.title_zh.data or "", form.title_en.data or ""
    bodies = form.body_zh.data or "", form.body_en.data or ""
    publish_notice.publish_notice(house(), me(), *titles, *bodies, bool(form.material.data))


def _fill(form: NoticeForm, notice: Notice | None) -> None:
    form.material.data = True
    if notice is not None:
        form.title_zh.data, form.title_en.data = notice.title_zh, notice.title_en
        form.body_zh.data, form.body_en.data = notice.body_zh, notice.body_en


def _page(form: NoticeForm, *, preview: bool, status: int) -> ResponseReturnValue:
    must = [publish_notice.face_as_a_must(body) for body in (form.body_zh.data or "", form.body_en.data or "")]
    words = [found for found in must if found]
    return render_template("console/new_notice.html", form=form, preview=preview, must=words), status
