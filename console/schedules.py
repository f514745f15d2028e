"""Schedules: a week of windows, and special days that replace their weekday."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DateField, Field

from access.domain.errors import InvalidInput, KaimenError
from access.domain.reasons import Words
from access.domain.schedules import MINUTES_A_DAY, Schedule, Window
from access.queries import places
from access.services import estate_setup
from console.fields import Form, attach, maybe_text, needed, text
from console.present import house, me
from console.routes import OPERATIONS, PLATFORM, SECURITY, Routes

routes = Routes("schedules")
MAX_DAY_TEXT = 80
DAYS = (
    Words("周一", "Monday"),
    Words("周二", "Tuesday"),
    Words("周三", "Wednesday"),
    Words("周四", "Thursday"),
    Words("周五", "Friday"),
    Words("周六", "Saturday"),
    Words("周日", "Sunday"),
)
_WINDOW = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–~]\s*([01]?\d|2[0-4]):([0-5]\d)")
_BETWEEN = re.compile(r"[,，、;；\s]+")


class WeekForm(Form):
    name = text(estate_setup.MAX_NAME)
    day0 = maybe_text(MAX_DAY_TEXT)
    day1 = maybe_text(MAX_DAY_TEXT)
    day2 = maybe_text(MAX_DAY_TEXT)
    day3 = maybe_text(MAX_DAY_TEXT)
    day4 = maybe_text(MAX_DAY_TEXT)
    day5 = maybe_text(MAX_DAY_TEXT)
    day6 = maybe_text(MAX_DAY_TEXT)


class SpecialDayForm(Form):
    day = DateField(validators=[needed()])
    windows = maybe_text(MAX_DAY_TEXT)
    as_usual = BooleanField()


@routes.allow("/schedules", OPERATIONS, SECURITY, PLATFORM)
def listed() -> ResponseReturnValue:
    return render_template(
        "console/schedules.html", layout=places.layout(house(), me()), days=DAYS, written=written
    )


@routes.allow("/schedules/new", SECURITY, PLATFORM, methods=("GET", "POST"))
def new() -> ResponseReturnValue:
    form = WeekForm()
    if not form.is_submitted():
        for field in _days(form):
            field.data = "00:00-24:00"
    if form.validate_on_submit() and (saved := _save(form, None)):
        return _saved(saved.id)
    return render_template("console/new_schedule.html", form=form, days=DAYS), 400 if form.is_submitted() else 200


@routes.allow("/schedules/<schedule_id>", OPERATIONS, SECURITY, PLATFORM)
def detail(schedule_id: str) -> ResponseReturnValue:
    return _detail(schedule_id, None, SpecialDayForm(formdata=None), 200)


@routes.allow("/schedules/<schedule_id>/change", SECURITY, PLATFORM, methods=("POST",))
def change(schedule_id: str) -> ResponseReturnValue:
    form = WeekForm()
    if form.validate_on_submit() and _save(form, schedule_id):
        return _saved(schedule_id)
    return _detail(schedule_id, form, SpecialDayForm(formdata=None), 400)


@routes.allow("/schedules/<schedule_id>/special-days", SECURITY, PLATFORM, methods=("POST",))
def special_day(schedule_id: str) -> ResponseReturnValue:
    form = SpecialDayForm()
    if form.validate_on_submit() and form.day.data is not None:
        try:
            windows = None if form.as_usual.data else parsed(form.windows.data or "", "windows")
            estate_setup.set_special_day(house(), me(), schedule_id, form.day.data, windows)
        except KaimenError as exc:
            attach(form, exc)
        else:
            return _saved(schedule_id)
    return _detail(schedule_id, None, form, 400)


def parsed(line: str, field: str) -> list[Window]:
    """Windows of a line such as ``06:00-12:00, 13:30-24:00``; an empty line is a closed day.

    Raises:
        InvalidInput: ``schedule.window`` at `field`.
    """
    windows = []
    for part in _BETWEEN.split(re.sub(r"\s*[-–~]\s*", "-", line.strip())):
        if not part:
            continue
        found = _WINDOW.fullmatch(part)
        if found is None:
            raise InvalidInput("schedule.window", "not of the form 06:00-22:30", field=field)
        hour, minute, to_hour, to_minute = (int(number) for number in found.groups())
        start, end = hour * 60 + minute, to_hour * 60 + to_minute
        if not start < end <= MINUTES_A_DAY:
            raise InvalidInput("schedule.window", "a window runs forward within one day", field=field)
        windows.append(Window(start, end))
    return windows


def written(windows: tuple[Window, ...]) -> str:
    """Windows as a line that `parsed` reads."""
    return ", ".join(f"{w.start // 60:02}:{w.start % 60:02}-{w.end // 60:02}:{w.end % 60:02}" for w in windows)


def _detail(schedule_id: str, form: WeekForm | None, special: SpecialDayForm, status: int) -> ResponseReturnValue:
    schedule = places.schedule_of(house(), me(), schedule_id)
    return (
        render_template(
            "console/schedule.html",
            schedule=schedule,
            form=form or _filled(schedule),
            special=special,
            days=DAYS,
            written=written,
        ),
        status,
    )


def _filled(schedule: Schedule) -> WeekForm:
    form = WeekForm(formdata=None)
    form.name.data = schedule.name
    for field, windows in zip(_days(form), schedule.weekly, strict=True):
        field.data = written(windows)
    return form


def _save(form: WeekForm, schedule_id: str | None) -> Schedule | None:
    """The saved schedule, None when the form now says what is wrong."""
    try:
        week = [parsed(field.data or "", field.name) for field in _days(form)]
        return estate_setup.save_schedule(house(), me(), form.name.data or "", week, schedule_id)
    except KaimenError as exc:
        attach(form, exc)
        return None


def _days(form: WeekForm) -> list[Field]:
    return [form[f"day{number}"] for number in range(7)]


def _saved(schedule_id: str) -> ResponseReturnValue:
    flash("place.saved")
    return redirect(url_for("console.schedules_detail", schedule_id=schedule_id))
