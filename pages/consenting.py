"""The notice as a page, and one screen for each question. The face has its own, with the other way beside it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.domain.consent import Channel, Notice, Purpose
from access.domain.errors import NotPermitted
from access.domain.places import Estate
from access.queries.edge_places import doors_with_option
from access.services import consents
from access.services.house import House
from pages import phones

_MAX_HASH = 64


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/notice")
    def notice() -> str:
        estate = phones.chosen_estate(house)
        current = consents.current_notice(house, estate.id)
        answered = False
        if phones.signed_in():
            consents.record_shown(house, phones.person(), current.hash)
            answered = _is_given(house, estate, Purpose.ACCESS)
        return render_template("pages/notice.html", estate=estate, notice=current, answered=answered)

    @pages.get("/m/consent")
    def ask_access() -> str:
        estate = phones.chosen_estate(house)
        return render_template("pages/consent_access.html", estate=estate, notice=_shown(house, estate))

    @pages.post("/m/consent")
    def answer_access() -> str | Response:
        estate = phones.chosen_estate(house)
        if _answer(house, estate, Purpose.ACCESS):
            return redirect(url_for("pages.register_form"))
        return render_template("pages/consent_refused.html", estate=estate)

    @pages.get("/m/consent/face")
    def ask_face() -> str:
        estate = _face_estate(house)
        return render_template("pages/consent_face.html", estate=estate, notice=_shown(house, estate))

    @pages.post("/m/consent/face")
    def answer_face() -> Response:
        given = _answer(house, _face_estate(house), Purpose.FACE_USE)
        return redirect(url_for("pages.ask_face_server" if given else "pages.show_pass"))

    @pages.get("/m/consent/face-server")
    def ask_face_server() -> str:
        estate = _face_estate(house)
        current = _shown(house, estate)
        doors = doors_with_option(house, estate.id)
        return render_template("pages/consent_face_server.html", estate=estate, notice=current, doors=doors)

    @pages.post("/m/consent/face-server")
    def answer_face_server() -> Response:
        given = _answer(house, _face_estate(house), Purpose.FACE_SERVER)
        return redirect(url_for("pages.face" if given else "pages.face_at_gate"))


def _face_estate(house: House) -> Estate:
    estate = phones.chosen_estate(house)
    if not estate.face_enabled:
        raise NotPermitted("face.off", "this estate does not offer face")
    return estate


def _shown(house: House, estate: Estate) -> Notice:
    """The notice in force, whose text stands on the page of the question: recorded as shown, each time."""
    current = consents.current_notice(house, estate.id)
    consents.record_shown(house, phones.person(), current.hash)
    return current


def _is_given(house: House, estate: Estate, purpose: Purpose) -> bool:
    at = house.clock.now()
    return any(a.purpose is purpose and a.is_live(at) for a in consents.mine(house, phones.person(), estate.id))


def _answer(house: House, estate: Estate, purpose: Purpose) -> bool:
    """Record what the button said, of the notice that the page showed."""
    given = request.form.get("answer") == "yes"
    shown = request.form.get("notice_hash", "")[:_MAX_HASH]
    consents.answer(house, phones.person(), estate.id, purpose, given, shown, Channel.PAGE)
    return given
