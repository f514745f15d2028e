"""Requests by an authority: the case form, two approvals, one export. There is no list to watch here."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, DateTimeLocalField, SelectField, SelectMultipleField
from wtforms.validators import Optional

from access.domain.disclosure import Field
from access.domain.errors import KaimenError
from access.domain.times import SECOND, start_of_day
from access.queries import disclosures as cases
from access.queries import places
from access.services import disclose
from console.fields import Form, attach, maybe_text, needed, text
from console.present import estate, house, me, offset
from console.routes import AUDIT, OPERATIONS, SECURITY, Routes
from console.words import term

routes = Routes("disclosures")
_ID = 16


class CaseForm(Form):
    agency = text(disclose.MAX_WORDS)
    document = text(disclose.MAX_WORDS)
    article = text(disclose.MAX_WORDS)
    scan = FileField(validators=[FileRequired("请附文书扫描件。Attach the scan.")])
    person = maybe_text(_ID)
    door = SelectField(validators=[Optional()])
    since = DateTimeLocalField(validators=[needed()])
    until = DateTimeLocalField(validators=[needed()])
    fields = SelectMultipleField(choices=[(one.value, f"{term(one).zh} {term(one).en}") for one in Field])
    tell_on = DateField(validators=[Optional()])


@routes.allow("/disclosures", OPERATIONS, SECURITY, AUDIT)
def listed() -> ResponseReturnValue:
    return render_template(
        "console/disclosures.html", page=cases.listing(house(), me(), offset()), handles=_handles()
    )


@routes.allow("/disclosures/<case_id>/name", OPERATIONS, SECURITY, AUDIT, methods=("POST",))
def name(case_id: str) -> ResponseReturnValue:
    """Whom the case is about, on this answer alone: to be held against the paper before it is approved."""
    named = disclose.identify(house(), me(), case_id)
    return render_template("console/case.html", row=cases.one(house(), me(), case_id), named=named)


@routes.allow("/disclosures/new", SECURITY, AUDIT, methods=("GET", "POST"), max_body=disclose.MAX_SCAN + 64 * 1024)
def new() -> ResponseReturnValue:
    form = CaseForm()
    points = places.layout(house(), me()).points
    form.door.choices = [("", "—"), *((p.point.id, f"{p.point.name_zh} {p.point.name_en}") for p in points)]
    if not form.validate_on_submit():
        return _form(form, 400 if form.is_submitted() else 200)
    try:
        disclose.open_case(house(), me(), _paper(form))
    except KaimenError as exc:
        attach(form, exc)
        return _form(form, exc.status)
    flash("disclosure.opened")
    return redirect(url_for("console.disclosures_listed"))


@routes.allow("/disclosures/<case_id>/scan", OPERATIONS, SECURITY, AUDIT)
def scan(case_id: str) -> ResponseReturnValue:
    """The paper as it was attached; as a download, so that a browser never runs what is in it."""
    return _download(disclose.scan(house(), me(), case_id), f"{case_id}-paper", "application/octet-stream")


@routes.allow("/disclosures/<case_id>/approve", OPERATIONS, SECURITY, AUDIT, methods=("POST",))
def approve(case_id: str) -> ResponseReturnValue:
    disclose.approve(house(), me(), case_id, True)
    flash("disclosure.approved")
    return redirect(url_for("console.disclosures_listed"))


@routes.allow("/disclosures/<case_id>/refuse", OPERATIONS, SECURITY, AUDIT, methods=("POST",))
def refuse(case_id: str) -> ResponseReturnValue:
    disclose.approve(house(), me(), case_id, False)
    flash("disclosure.refused")
    return redirect(url_for("console.disclosures_listed"))


@routes.allow("/disclosures/<case_id>/export", SECURITY, AUDIT, methods=("POST",))
def export(case_id: str) -> ResponseReturnValue:
    made = disclose.export(house(), me(), case_id)
    return _download(made.encode(), f"{case_id}.json", "application/json")


def _paper(form: CaseForm) -> disclose.Paper:
    zone = estate().timezone
    return disclose.Paper(
        agency=form.agency.data or "",
        document=form.document.data or "",
        scan=form.scan.data.stream.read(disclose.MAX_SCAN + 1),
        article=form.article.data or "",
        person_id=form.person.data or None,
        access_point_id=form.door.data or None,
        since=_instant(form.since.data, zone),
        until=_instant(form.until.data, zone),
        fields=frozenset(Field(value) for value in form.fields.data or ()),
        tell_at=start_of_day(form.tell_on.data, zone) if form.tell_on.data else None,
    )


def _instant(wall: datetime | None, zone: str) -> int:
    """A wall time of the form, which asks for one; without it the window is none and is refused."""
    if wall is None:
        return 0
    return int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp() * SECOND)


def _handles() -> bool:
    return bool(me().roles & {SECURITY, AUDIT})


def _form(form: CaseForm, status: int) -> ResponseReturnValue:
    return render_template("console/new_disclosure.html", form=form), status


def _download(content: bytes, name: str, kind: str) -> Response:
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
