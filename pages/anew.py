"""Questions that are due again, one at a time: with the notice, the reason, and a yes and a no of equal weight."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.domain.consent import Channel, Purpose
from access.domain.errors import InvalidInput
from access.services import ask_anew, consents
from access.services.house import House
from pages import phones
from pages.questions import QUESTIONS, WHY

MAX_HASH = 64


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/anew")
    def anew() -> str:
        estate = phones.chosen_estate(house)
        waiting = ask_anew.due(house, phones.person(), estate.id)
        if not waiting:
            return render_template("pages/anew_done.html", estate=estate)
        current = consents.current_notice(house, estate.id)
        consents.record_shown(house, phones.person(), current.hash)
        first = waiting[0]
        return render_template(
            "pages/question.html",
            action=url_for("pages.answer_anew"),
            purpose=first.purpose,
            question=QUESTIONS[first.purpose],
            why=WHY[first.why],
            notice=current,
            left=len(waiting),
        )

    @pages.post("/m/anew")
    def answer_anew() -> Response:
        estate = phones.chosen_estate(house)
        shown = request.form.get("notice_hash", "")[:MAX_HASH]
        ask_anew.answer(house, phones.person(), estate.id, asked_purpose(), said_yes(), shown, Channel.PAGE)
        return redirect(url_for("pages.anew"))


def asked_purpose() -> Purpose:
    """The purpose that the form asked about. Raises InvalidInput ``request.invalid``."""
    try:
        return Purpose(request.form.get("purpose", ""))
    except ValueError as exc:
        raise InvalidInput("request.invalid", "no such purpose", field="purpose") from exc


def said_yes() -> bool:
    """Which button was pressed. Raises InvalidInput ``request.invalid`` for neither."""
    answer = request.form.get("answer")
    if answer not in {"yes", "no"}:
        raise InvalidInput("request.invalid", "neither yes nor no", field="answer")
    return answer == "yes"
