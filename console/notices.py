"""The notice that residents are shown: the version in force, and the next one with a preview."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from access.queries import places
from access.services.publish_notice import publish_notice
from console import drafts
from console.present import house, me
from console.routes import AUDIT, OPERATIONS, Routes

routes = Routes("notices")


class NoticeForm(drafts.DraftForm):
    """A notice also says whether its change asks people anew."""

    material = BooleanField()


@routes.allow("/notices", OPERATIONS, AUDIT)
def page() -> ResponseReturnValue:
    return render_template("console/notices.html", notice=places.notice_in_force(house(), me()))


@routes.allow("/notices/new", AUDIT, methods=("GET", "POST"))
def new() -> ResponseReturnValue:
    """The next version begins with the words of the one in force."""
    form = NoticeForm()
    if not form.is_submitted():
        form.process(obj=places.notice_in_force(house(), me()))
        form.material.data = True  # whoever asks nobody anew says so

    def publish() -> ResponseReturnValue:
        publish_notice(house(), me(), *form.texts(), bool(form.material.data))
        flash("notice.published")
        return redirect(url_for("console.notices_page"))

    return drafts.answer(form, "console/new_notice.html", publish)
