"""Incidents for security: doors held open or forced, opened devices, fire, duress; with what to do now."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from access.domain.incidents import Incident
from access.domain.reasons import Words
from access.domain.times import DAY, end_of_day, local, start_of_day
from access.queries import events, incidents
from console.fields import Form
from console.present import estate, house, me, offset
from console.routes import SECURITY, Routes
from console.words import term

routes = Routes("incidents")

ADVICE = {
    Incident.DURESS: Words(
        "有人可能正受威胁：马上派人并报警，不要打电话问本人，不要在门口声张。",
        "Somebody may be under threat: send people, call the police; do not ring them, say nothing at the door.",
    ),
    Incident.FORCED: Words("没有放行而门开了：请到场查看。", "The door opened without a grant: go and look."),
    Incident.HELD: Words(
        "可能有人尾随进入：请关门并查看。", "Somebody may have followed in: close the door and look around."
    ),
    Incident.CASE: Words("请到场检查设备。", "Go and check the device."),
    Incident.FIRE: Words(
        "门由消防硬件释放，系统不会锁门：请按消防预案处理。",
        "The hardware has released the door and software never locks it: follow the fire plan.",
    ),
}


class FilterForm(Form):
    """Read from the address, so it needs no form token."""

    class Meta:
        csrf = False

    sort = SelectField(
        choices=[("", "全部 All"), *((i.value, f"{term(i).zh} {term(i).en}") for i in Incident)],
        validators=[Optional()],
    )
    since = DateField(validators=[Optional()])
    until = DateField(validators=[Optional()])


@routes.allow("/incidents", SECURITY)
def listed() -> ResponseReturnValue:
    form, page = FilterForm(request.args), None
    if form.validate():
        page = incidents.listing(house(), me(), _wanted(form), offset())
    now = house().clock.now()
    wanted = events.Filter(now - DAY, now + 1, passed_back=True)
    passed_back = events.search(house(), me(), wanted, 0).rows
    shown = render_template(
        "console/incidents.html", form=form, page=page, advice=ADVICE, passed_back=len(passed_back)
    )
    return shown, 200 if page else 400


def _wanted(form: FilterForm) -> incidents.Wanted:
    now, zone = house().clock.now(), estate().timezone
    kept_since: date = local(now - house().policy.event_keep_days * DAY, zone).date()
    return incidents.Wanted(
        since=start_of_day(form.since.data or kept_since, zone),
        until=end_of_day(form.until.data, zone) if form.until.data else now + DAY,
        incident=Incident(form.sort.data) if form.sort.data else None,
    )
