"""Asking for a place in a household: name, dwelling, role, last day; on one page, correctable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.domain.consent import FACE_PURPOSES, Purpose
from access.domain.errors import InvalidInput, NotFound
from access.domain.places import Estate, Household
from access.domain.residency import Role
from access.queries.phone_words import words_for
from access.services import consents, my_home, register
from access.services.house import House
from pages import phones

_FIELD_ERRORS = frozenset(
    {
        "residency.age",
        "residency.child",
        "person.name",
        "residency.until",
        "household.unknown",
        "request.invalid",
    }
)
"""Errors that are shown beside the form, with what was typed still in it."""


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/register")
    def register_form() -> str | Response:
        estate = phones.chosen_estate(house)
        if not consents.mine(house, phones.person(), estate.id):
            return redirect(url_for("pages.notice"))
        name = my_home.me(house, phones.person()).name
        return _form(estate, {"name": name, "role": Role.OWNER.value})

    @pages.post("/m/register")
    def send_registration() -> str | Response | tuple[str, int]:
        estate = phones.chosen_estate(house)
        try:
            found = _dwellings(house, estate)
            if len(found) > 1:
                return _form(estate, request.form.to_dict(), found=found)
            _register(house, found[0])
        except (InvalidInput, NotFound) as error:
            if error.code not in _FIELD_ERRORS:
                raise
            return _form(estate, request.form.to_dict(), code=error.code), error.status
        return redirect(url_for("pages.after_registration"))

    @pages.get("/m/registered")
    def after_registration() -> Response:
        """Ask about the face once, where the estate offers it and the person was never asked."""
        estate = phones.chosen_estate(house)
        never = {answer.purpose for answer in consents.mine(house, phones.person(), estate.id)}.isdisjoint(
            FACE_PURPOSES
        )
        may = Purpose.FACE_USE in consents.to_ask(house, phones.person(), estate.id)
        first = never and may and "page" in house.policy.photo_channels
        return redirect(url_for("pages.ask_face" if first else "pages.welcome"))


def _dwellings(house: House, estate: Estate) -> Sequence[Household]:
    """The dwelling that was picked or typed; several when the text fits several."""
    typed = request.form.get("household", "")
    exact = my_home.dwelling(house, estate.id, typed)
    found = [exact] if exact is not None else my_home.search(house, estate.id, typed)
    if not found:
        raise NotFound("household.unknown", "no such dwelling", field="household")
    return found


def _register(house: House, household: Household) -> None:
    try:
        role = Role(request.form.get("role", ""))
        typed = request.form.get("last_day", "").strip()
        last_day = date.fromisoformat(typed) if typed else None
    except ValueError as exc:
        raise InvalidInput("request.invalid", "role or date cannot be read") from exc
    age = request.form.get("of_age", "")
    if role is Role.FAMILY and age not in {"yes", "no"}:
        raise InvalidInput("residency.age", "a family member says whether they are fourteen", field="of_age")
    young = role is Role.FAMILY and age == "no"
    name = request.form.get("name", "")
    register.request_residency(house, phones.person(), household.id, role, last_day, name, under_fourteen=young)


def _form(estate: Estate, filled: dict[str, str], found: Sequence[Household] = (), code: str = "") -> str:
    words = words_for(code, InvalidInput.status) if code else None
    return render_template(
        "pages/register.html", estate=estate, filled=filled, found=found, roles=list(Role), words=words, code=code
    )
