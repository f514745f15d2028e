"""Buildings, households, access points and who may use them when."""

from __future__ import annotations

from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DecimalField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional

from access.domain.challenges import ChallengeRule
from access.domain.errors import KaimenError, NotFound
from access.domain.places import AccessPoint, Method
from access.domain.staff import StaffRole
from access.queries import face_places, places
from access.services import estate_setup
from console.challenges import choice, filled
from console.fields import Form, attach, needed, size, text
from console.present import house, me
from console.routes import OPERATIONS, PLATFORM, SECURITY, Routes
from console.words import term

routes = Routes("places")
MAX_LABELS_TEXT = 8_000
_DOORS = frozenset({StaffRole.SECURITY, StaffRole.PLATFORM})
_READERS = (Method.QR, Method.CARD, Method.FACE)


class BuildingForm(Form):
    name_zh = text(estate_setup.MAX_NAME)
    name_en = text(estate_setup.MAX_NAME)


class HouseholdsForm(Form):
    building = SelectField(validators=[needed()])
    labels = TextAreaField(validators=[needed(), size(1, MAX_LABELS_TEXT)])


class PointForm(Form):
    name_zh = text(estate_setup.MAX_NAME)
    name_en = text(estate_setup.MAX_NAME)
    building = SelectField(validators=[Optional()])
    methods = SelectMultipleField(
        choices=[(method.value, f"{term(method).zh} {term(method).en}") for method in _READERS],
        validators=[needed()],
    )
    relay_ms = DecimalField(
        places=1,
        validators=[
            InputRequired("请填写秒数。Give the seconds."),
            NumberRange(0.5, 30, "开门时间 0.5–30 秒。Hold the door for 0.5 to 30 seconds."),
        ],
    )
    face_claim = BooleanField()
    face_edge_only = BooleanField()
    challenge = choice()


class RuleForm(Form):
    """Stands on one page with `PointForm`, so its fields are told apart there by ids of their own."""

    schedule = SelectField(validators=[needed()], id="rule-schedule")
    building = SelectField(validators=[Optional()], id="rule-building")


@routes.allow("/places", OPERATIONS, SECURITY, PLATFORM)
def page() -> ResponseReturnValue:
    return _page(BuildingForm(formdata=None), HouseholdsForm(formdata=None), 200)


@routes.allow("/places/buildings", OPERATIONS, PLATFORM, methods=("POST",))
def add_building() -> ResponseReturnValue:
    form = BuildingForm()
    if form.validate_on_submit():
        try:
            estate_setup.save_building(house(), me(), form.name_zh.data or "", form.name_en.data or "")
        except KaimenError as exc:
            attach(form, exc)
        else:
            return _saved(url_for("console.places_page"))
    return _page(form, HouseholdsForm(formdata=None), 400)


@routes.allow("/places/buildings/<building_id>", OPERATIONS, PLATFORM, methods=("GET", "POST"))
def building(building_id: str) -> ResponseReturnValue:
    """One building: all its households, and its names to change."""
    layout, form = places.layout(house(), me()), BuildingForm()
    row = next((row for row in layout.buildings if row.building.id == building_id), None)
    if row is None:
        raise NotFound("building.unknown", "no such building in this estate")
    if not form.is_submitted():
        form.name_zh.data, form.name_en.data = row.building.name_zh, row.building.name_en
    if form.validate_on_submit():
        names = form.name_zh.data or "", form.name_en.data or ""
        estate_setup.save_building(house(), me(), *names, building_id)
        return _saved(url_for("console.places_page"))
    return render_template("console/building.html", row=row, form=form), 400 if form.is_submitted() else 200


@routes.allow("/places/households", OPERATIONS, PLATFORM, methods=("POST",))
def add_households() -> ResponseReturnValue:
    form = HouseholdsForm()
    form.building.choices = _buildings(places.layout(house(), me()))
    if form.validate_on_submit():
        try:
            estate_setup.add_households(house(), me(), form.building.data, (form.labels.data or "").split())
        except KaimenError as exc:
            attach(form, exc)
        else:
            return _saved(url_for("console.places_page"))
    return _page(BuildingForm(formdata=None), form, 400)


@routes.allow("/places/access-points/new", SECURITY, PLATFORM, methods=("GET", "POST"))
def new_point() -> ResponseReturnValue:
    form = PointForm()
    form.building.choices = [("", "整个小区 Whole estate"), *_buildings(places.layout(house(), me()))]
    if not form.is_submitted():
        form.relay_ms.data, form.methods.data = Decimal(3), [Method.QR.value, Method.CARD.value]
    if form.validate_on_submit():
        try:
            point = _save_point(form, None)
        except KaimenError as exc:
            attach(form, exc)
        else:
            return _saved(url_for("console.places_point", point_id=point.id))
    return render_template("console/new_point.html", form=form), 400 if form.is_submitted() else 200


@routes.allow("/places/access-points/<point_id>", OPERATIONS, SECURITY, PLATFORM)
def point(point_id: str) -> ResponseReturnValue:
    return _point(point_id, None, None, 200)


@routes.allow("/places/access-points/<point_id>/change", SECURITY, PLATFORM, methods=("POST",))
def change_point(point_id: str) -> ResponseReturnValue:
    form = PointForm()
    form.building.choices = [("", "整个小区 Whole estate"), *_buildings(places.layout(house(), me()))]
    if form.validate_on_submit():
        try:
            _save_point(form, point_id)
        except KaimenError as exc:
            attach(form, exc)
        else:
            return _saved(url_for("console.places_point", point_id=point_id))
    return _point(point_id, form, None, 400)


@routes.allow("/places/access-points/<point_id>/rules", SECURITY, PLATFORM, methods=("POST",))
def add_rule(point_id: str) -> ResponseReturnValue:
    form = _rule_form(places.layout(house(), me()), fresh=False)
    if form.validate_on_submit():
        try:
            estate_setup.add_rule(house(), me(), point_id, form.schedule.data, form.building.data or None)
        except KaimenError as exc:
            attach(form, exc)
        else:
            return _saved(url_for("console.places_point", point_id=point_id))
    return _point(point_id, None, form, 400)


@routes.allow("/places/access-points/<point_id>/rules/<rule_id>/delete", SECURITY, PLATFORM, methods=("POST",))
def delete_rule(point_id: str, rule_id: str) -> ResponseReturnValue:
    estate_setup.delete_rule(house(), me(), rule_id)
    flash("rule.deleted")
    return redirect(url_for("console.places_point", point_id=point_id))


def _page(building: BuildingForm, households: HouseholdsForm, status: int) -> ResponseReturnValue:
    layout = places.layout(house(), me())
    households.building.choices = _buildings(layout)
    faces = face_places.face_places(house(), layout.estate.id) if me().roles & _DOORS else None
    return (
        render_template(
            "console/places.html",
            layout=layout,
            faces=faces,
            channels=filled() if faces else None,
            building=building,
            households=households,
        ),
        status,
    )


def _point(point_id: str, form: PointForm | None, rule: RuleForm | None, status: int) -> ResponseReturnValue:
    layout = places.layout(house(), me())
    row = next((row for row in layout.points if row.point.id == point_id), None)
    if row is None:
        raise NotFound("access_point.unknown", "no such access point in this estate")
    return (
        render_template(
            "console/point.html",
            row=row,
            form=form or _filled(row.point, layout),
            rule_form=rule or _rule_form(layout, fresh=True),
        ),
        status,
    )


def _filled(point: AccessPoint, layout: places.Layout) -> PointForm:
    form = PointForm(formdata=None)
    form.building.choices = [("", "整个小区 Whole estate"), *_buildings(layout)]
    form.name_zh.data, form.name_en.data = point.name_zh, point.name_en
    form.building.data = point.building_id or ""
    form.methods.data = [method.value for method in _READERS if method in point.methods]
    form.relay_ms.data = Decimal(point.relay_ms) / 1000
    form.face_claim.data = point.face_claim
    form.face_edge_only.data = point.face_edge_only
    form.challenge.data = point.challenge.value
    return form


def _rule_form(layout: places.Layout, *, fresh: bool) -> RuleForm:
    form = RuleForm(formdata=None) if fresh else RuleForm()
    form.schedule.choices = [(schedule.id, schedule.name) for schedule in layout.schedules]
    form.building.choices = [("", "整个小区 Whole estate"), *_buildings(layout)]
    return form


def _buildings(layout: places.Layout) -> list[tuple[str, str]]:
    return [(row.building.id, f"{row.building.name_zh} {row.building.name_en}") for row in layout.buildings]


def _save_point(form: PointForm, point_id: str | None) -> AccessPoint:
    return estate_setup.save_access_point(
        house(),
        me(),
        form.name_zh.data or "",
        form.name_en.data or "",
        form.building.data or None,
        [Method(value) for value in form.methods.data or ()],
        int((form.relay_ms.data or 0) * 1000),
        point_id,
        face_claim=bool(form.face_claim.data),
        face_edge_only=bool(form.face_edge_only.data),
        challenge=ChallengeRule(form.challenge.data),
    )


def _saved(address: str) -> ResponseReturnValue:
    flash("place.saved")
    return redirect(address)
