"""Residents by household, and one resident's page: stays, cards, consents, face status without any picture."""

from __future__ import annotations

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, TextAreaField
from wtforms.validators import Optional

from access.domain.credentials import Notation, in_hexadecimal
from access.domain.errors import KaimenError
from access.queries import areas, residents
from access.services import guardians, manage_cards, move_out, passback
from console.fields import MAX_REASON, Form, attach, end_of, needed, notations, size, strip, text
from console.present import PATH, chosen_purpose, estate, house, me, offset
from console.routes import OPERATIONS, SECURITY, Routes

routes = Routes("residents")
MAX_SEARCH = 20
_NOTATION = "kaimen_notation"


class CardForm(Form):
    card = text(40)
    notation = notations()
    until = DateField(validators=[Optional()])


class MoveOutForm(Form):
    reason = TextAreaField(validators=[needed(), size(1, MAX_REASON)], filters=[strip])


@routes.allow("/residents", OPERATIONS, SECURITY)
def listed() -> ResponseReturnValue:
    search = request.args.get("search", "").strip()[:MAX_SEARCH]
    purpose = chosen_purpose()
    page = residents.households(house(), me(), search, offset(), purpose)
    return render_template("console/residents.html", page=page, search=search, purpose=purpose)


@routes.allow("/residents/<person_id>", OPERATIONS, SECURITY)
def person(person_id: str) -> ResponseReturnValue:
    form = CardForm(formdata=None)
    usual = request.cookies.get(_NOTATION, "")
    if usual in set(Notation):
        form.notation.data = usual
    return _person(person_id, form, 200)


@routes.allow("/residents/<person_id>/cards", OPERATIONS, methods=("POST",))
def add_card(person_id: str) -> ResponseReturnValue:
    form = CardForm()
    if not form.validate_on_submit():
        return _person(person_id, form, 400)
    until = end_of(form.until.data, estate().timezone)
    try:
        notation = Notation(form.notation.data)
        manage_cards.add_card(house(), me(), person_id, in_hexadecimal(form.card.data or "", notation), until)
    except KaimenError as exc:
        attach(form, exc)
        return _person(person_id, form, exc.status)
    # the desk's reader writes the next card the same way
    answer = make_response(_back(person_id, "card.added"))
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(_NOTATION, notation.value, path=PATH, secure=secure, httponly=True, samesite="Strict")
    return answer


@routes.allow("/residents/<person_id>/cards/<card_id>/freeze", OPERATIONS, SECURITY, methods=("POST",))
def freeze_card(person_id: str, card_id: str) -> ResponseReturnValue:
    manage_cards.freeze_card(house(), me(), card_id)
    return _back(person_id, "card.frozen")


@routes.allow("/residents/<person_id>/cards/<card_id>/release", OPERATIONS, methods=("POST",))
def release_card(person_id: str, card_id: str) -> ResponseReturnValue:
    manage_cards.release_card(house(), me(), card_id)
    return _back(person_id, "card.released")


@routes.allow("/residents/<person_id>/cards/<card_id>/disable", OPERATIONS, methods=("POST",))
def disable_card(person_id: str, card_id: str) -> ResponseReturnValue:
    manage_cards.disable_card(house(), me(), card_id)
    return _back(person_id, "card.disabled")


@routes.allow("/residents/<person_id>/passback", SECURITY, methods=("POST",))
def reset_passback(person_id: str) -> ResponseReturnValue:
    passback.reset_passback(house(), me(), person_id)
    return _back(person_id, "passback.reset")


@routes.allow("/residents/<person_id>/stays/<residency_id>/end", OPERATIONS, methods=("GET", "POST"))
def end_stay(person_id: str, residency_id: str) -> ResponseReturnValue:
    """Moving out is asked about on a page of its own: it stops cards and passes and erases the face at once."""
    form = MoveOutForm()
    page = residents.person_page(house(), me(), person_id, chosen_purpose())
    stay = residents.live_stay(page, residency_id)
    if not form.validate_on_submit():
        status = 400 if form.is_submitted() else 200
        return render_template("console/move_out.html", person=page, stay=stay, form=form), status
    move_out.end_residency(house(), stay.residency_id, f"staff:{me().id}", form.reason.data or "")
    return _back(person_id, "residency.ended")


@routes.allow("/residents/<person_id>/birth", OPERATIONS, methods=("POST",))
def correct_birth(person_id: str) -> ResponseReturnValue:
    """Year and month of birth, for the rule about children; nothing more of it is kept."""
    guardians.correct_birth_month(house(), me(), person_id, request.form.get("born", "")[:MAX_SEARCH])
    return _back(person_id, "birth.saved")


def _person(person_id: str, form: CardForm, status: int) -> ResponseReturnValue:
    purpose = chosen_purpose()
    found = residents.person_page(house(), me(), person_id, purpose)
    watched = bool(house().policy.passback_seconds) or areas.any_watched(house(), me())
    page = render_template("console/person.html", person=found, form=form, purpose=purpose, passback=watched)
    return page, status


def _back(person_id: str, code: str) -> ResponseReturnValue:
    flash(code)
    purpose = chosen_purpose()
    return redirect(
        url_for("console.residents_person", person_id=person_id, purpose=purpose.value if purpose else None)
    )
