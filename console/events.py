"""Entry records for security staff: filtered, reasons in words, the holder one at a time and with a purpose."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from access.domain.times import DAY, end_of_day, local, start_of_day
from access.queries import events, places
from console.fields import Form
from console.present import chosen_purpose, estate, house, me, offset
from console.routes import SECURITY, Routes

routes = Routes("events")


class FilterForm(Form):
    """Read from the address, so it needs no form token."""

    class Meta:
        csrf = False

    door = SelectField(validators=[Optional()])
    outcome = SelectField(
        choices=[
            ("", "全部 All"),
            ("granted", "放行 Granted"),
            ("denied", "拒绝 Denied"),
            ("passed_back", "重复进出 Passed back"),
        ],
        validators=[Optional()],
    )
    since = DateField(validators=[Optional()])
    until = DateField(validators=[Optional()])


@routes.allow("/events", SECURITY)
def listed() -> ResponseReturnValue:
    form = FilterForm(request.args)
    points = places.layout(house(), me()).points
    form.door.choices = [("", "全部 All"), *((p.point.id, f"{p.point.name_zh} {p.point.name_en}") for p in points)]
    page = None
    if form.validate():
        page = events.search(house(), me(), _wanted(form), offset())
    return render_template("console/events.html", form=form, page=page), 200 if page else 400


@routes.allow("/events/<event_id>", SECURITY)
def detail(event_id: str) -> ResponseReturnValue:
    purpose = chosen_purpose()
    found = events.event_detail(house(), me(), event_id, purpose)
    return render_template("console/event.html", detail=found, purpose=purpose)


def _wanted(form: FilterForm) -> events.Filter:
    now, zone = house().clock.now(), estate().timezone
    kept_since: date = local(now - house().policy.event_keep_days * DAY, zone).date()
    return events.Filter(
        since=start_of_day(form.since.data or kept_since, zone),
        until=end_of_day(form.until.data, zone) if form.until.data else now + DAY,
        access_point_id=form.door.data or None,
        granted={"granted": True, "denied": False}.get(form.outcome.data or ""),
        passed_back=form.outcome.data == "passed_back",
    )
