"""A text in two languages that staff publish: the form, and a preview before the press that is final."""

from __future__ import annotations

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from access.domain.errors import KaimenError
from access.services import publish_notice
from console.fields import Form, attach, needed, size, strip, text


def _body() -> TextAreaField:
    limits = size(publish_notice.MIN_BODY, publish_notice.MAX_BODY)
    return TextAreaField(validators=[needed(), limits], filters=[strip])


class DraftForm(Form):
    """Title and text, each in both languages."""

    title_zh = text(publish_notice.MAX_TITLE)
    title_en = text(publish_notice.MAX_TITLE)
    body_zh = _body()
    body_en = _body()

    def texts(self) -> tuple[str, str, str, str]:
        """Both titles, then both texts, Chinese first; empty where nothing is written."""
        written = (self.title_zh.data, self.title_en.data, self.body_zh.data, self.body_en.data)
        title_zh, title_en, body_zh, body_en = (one or "" for one in written)
        return title_zh, title_en, body_zh, body_en


def answer(form: DraftForm, page: str, publish: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """First a preview; publishing is a second press, on the same page.

    Args:
        form: as it came with this request; the caller fills it in where nothing was sent yet.
        page: the template; it extends ``console/_draft.html``.
        publish: publishes what is written and says where to go; an error of the core is shown in the form.
    """
    if not form.is_submitted():
        return _shown(form, page, preview=False, status=200)
    if not form.validate_on_submit():
        return _shown(form, page, preview=False, status=400)
    if "publish" not in request.form:
        return _shown(form, page, preview=True, status=200)
    try:
        return publish()
    except KaimenError as exc:
        attach(form, exc)
        return _shown(form, page, preview=False, status=exc.status)


def _shown(form: DraftForm, page: str, *, preview: bool, status: int) -> ResponseReturnValue:
    must = [found for one in form.texts() if (found := publish_notice.face_as_a_must(one))]
    return render_template(page, form=form, preview=preview, must=must), status
