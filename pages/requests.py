"""My requests about my own data that need somebody: put one, see when it is due and what was answered."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.domain.errors import InvalidInput
from access.domain.rights import MAX_WORDS, RightsKind
from access.services import my_entries, rights
from access.services.house import House
from pages import phones

_MAX_ID = 16


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/requests")
    def list_requests() -> str:
        estate = phones.chosen_estate(house)
        about = request.args.get("about", "")[:_MAX_ID]
        entry = next((one for one in my_entries.entries(house, phones.person()) if one.id == about), None)
        return render_template(
            "pages/requests.html",
            asked=rights.mine(house, phones.person()),
            kinds=list(RightsKind),
            most=MAX_WORDS,
            about=entry.id if entry is not None else "",
            entry=entry,
            timezone=estate.timezone,
        )

    @pages.post("/m/requests")
    def ask_request() -> Response:
        kind = request.form.get("kind", "")
        if kind not in set(RightsKind):
            raise InvalidInput("rights.kind", "not one of the kinds", field="kind")
        words, about = request.form.get("words", ""), request.form.get("about", "")
        estate = phones.chosen_estate(house)
        rights.ask(house, phones.person(), estate.id, RightsKind(kind), words, about)
        return redirect(url_for("pages.list_requests"))
