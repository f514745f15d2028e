"""The children of the household, for the adult who answers for them: add, answer, withdraw, copy, take out."""

from __future__ import annotations

import json

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from access.domain.consent import FACE_PURPOSES, Channel, Purpose
from access.domain.errors import InvalidInput, NotFound, NotPermitted
from access.domain.ids import is_id
from access.domain.places import Estate
from access.queries.phone_words import words_of
from access.services import consents, family, guardians, my_home
from access.services.family import Child, NewChild
from access.services.house import House
from pages import phones
from pages.anew import MAX_HASH, asked_purpose, said_yes
from pages.questions import QUESTIONS, WHY

_MAX_FIELD = 80
_ASKED = {"face": Purpose.FACE_USE, "face-server": Purpose.FACE_SERVER, "access": Purpose.ACCESS}


def add_pages(pages: Blueprint, house: House) -> None:
    _add_list(pages, house)
    _add_questions(pages, house)
    _add_rest(pages, house)


def _add_list(pages: Blueprint, house: House) -> None:
    @pages.get("/m/family")
    def list_family() -> str:
        estate = phones.chosen_estate(house)
        children = family.children(house, phones.person(), estate.id)
        homes = _homes(house, estate)
        return render_template("pages/family.html", estate=estate, children=children, homes=homes)

    @pages.get("/m/family/new")
    def add_child_form() -> str:
        return _new(house, {})

    @pages.post("/m/family/new")
    def add_child() -> AnyResponse | tuple[str, int]:
        estate = phones.chosen_estate(house)
        told = NewChild(_field("name"), _field("born"), _field("household"))
        shown = request.form.get("notice_hash", "")[:MAX_HASH]
        try:
            family.add_child(house, phones.person(), estate.id, told, shown, Channel.PAGE)
        except InvalidInput as error:
            return _new(house, request.form.to_dict(), error), error.status
        return redirect(url_for("pages.list_family"))

    @pages.get("/m/family/<child_id>")
    def show_child(child_id: str) -> str:
        estate = phones.chosen_estate(house)
        child = _child(house, estate, child_id)
        return render_template("pages/child.html", estate=estate, child=child, face=_face_stands(house, child))


def _add_questions(pages: Blueprint, house: House) -> None:
    @pages.get("/m/family/<child_id>/ask/<name>")
    def ask_for_child(child_id: str, name: str) -> str:
        estate = phones.chosen_estate(house)
        child, purpose = _child(house, estate, child_id), _ASKED.get(name)
        if purpose is None or (purpose in FACE_PURPOSES and not estate.face_enabled):
            raise NotFound("request.unknown", "no such question")
        current = consents.current_notice(house, estate.id)
        consents.record_shown(house, phones.person(), current.hash)
        why = next((one.why for one in child.due if one.purpose is purpose), None)
        return render_template(
            "pages/question.html",
            action=url_for("pages.answer_for_child", child_id=child_id),
            purpose=purpose,
            question=QUESTIONS[purpose],
            why=WHY[why] if why is not None else None,
            notice=current,
            child=child,
            left=0,
        )

    @pages.post("/m/family/<child_id>/answer")
    def answer_for_child(child_id: str) -> Response | AnyResponse:
        estate, purpose, given = phones.chosen_estate(house), asked_purpose(), said_yes()
        shown = request.form.get("notice_hash", "")[:MAX_HASH]
        known = _known(child_id)
        guardians.answer_for_child(house, phones.person(), known, estate.id, purpose, given, shown, Channel.PAGE)
        server_next = purpose is Purpose.FACE_USE and given
        if server_next and not _child(house, estate, known).agrees(Purpose.FACE_SERVER, house.clock.now()):
            return redirect(url_for("pages.ask_for_child", child_id=known, name="face-server"))
        return redirect(url_for("pages.show_child", child_id=known))

    @pages.post("/m/family/<child_id>/withdraw")
    def withdraw_for_child(child_id: str) -> AnyResponse:
        estate = phones.chosen_estate(house)
        guardians.withdraw_for_child(house, phones.person(), _known(child_id), estate.id, Channel.PAGE)
        return redirect(url_for("pages.show_child", child_id=child_id))


def _add_rest(pages: Blueprint, house: House) -> None:
    @pages.post("/m/family/<child_id>/code")
    def child_code(child_id: str) -> str:
        estate = phones.chosen_estate(house)
        made = family.code_for_phone(house, phones.person(), _known(child_id), estate.id)
        return render_template("pages/bind.html", made=made, child=True, words=None)

    @pages.get("/m/family/<child_id>/copy")
    def child_copy(child_id: str) -> Response:
        estate = phones.chosen_estate(house)
        held = family.copy(house, phones.person(), _known(child_id), estate.id)
        headers = {"Content-Disposition": 'attachment; filename="kaimen-child-data.json"'}
        body = json.dumps(held, ensure_ascii=False, indent=1)
        return Response(body, mimetype="application/json", headers=headers)

    @pages.get("/m/family/<child_id>/remove")
    def ask_remove_child(child_id: str) -> str:
        return render_template(
            "pages/child_remove.html", child=_child(house, phones.chosen_estate(house), child_id)
        )

    @pages.post("/m/family/<child_id>/remove")
    def remove_child(child_id: str) -> AnyResponse:
        estate = phones.chosen_estate(house)
        family.remove(house, phones.person(), _known(child_id), estate.id, Channel.PAGE)
        return redirect(url_for("pages.list_family"))


def _known(child_id: str) -> str:
    if not is_id(child_id):
        raise NotFound("person.unknown", "no such child")
    return child_id


def _child(house: House, estate: Estate, child_id: str) -> Child:
    return family.child(house, phones.person(), _known(child_id), estate.id)


def _face_stands(house: House, child: Child) -> bool:
    return any(child.agrees(purpose, house.clock.now()) for purpose in FACE_PURPOSES)


def _homes(house: House, estate: Estate) -> list[tuple[str, str]]:
    """(household id, label) of the guardian's own live stays."""
    at = house.clock.now()
    places = my_home.home(house, phones.person(), estate.id).places
    return [(one.residency.household_id, one.household) for one in places if one.residency.is_live(at)]


def _new(house: House, filled: dict[str, str], error: InvalidInput | None = None) -> str:
    estate = phones.chosen_estate(house)
    homes = _homes(house, estate)
    if not homes:
        raise NotPermitted("consent.guardian", "only who lives here registers a child")
    current = consents.current_notice(house, estate.id)
    consents.record_shown(house, phones.person(), current.hash)
    return render_template(
        "pages/child_new.html",
        estate=estate,
        notice=current,
        homes=homes,
        filled=filled,
        words=words_of(error) if error is not None else None,
        code=error.code if error is not None else "",
    )


def _field(name: str) -> str:
    return request.form.get(name, "")[:_MAX_FIELD].strip()
