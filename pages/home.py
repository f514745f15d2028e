"""The first page: who runs this, where I stand, the one thing to do next; and the size of the letters."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.domain.errors import NotFound
from access.services import my_home
from access.services.house import House
from pages import phones


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/")
    def welcome() -> str | Response:
        estate = phones.estate(house)
        if estate is None:
            return _choose(house)
        if not phones.signed_in():
            return render_template("pages/welcome.html", estate=estate)
        state = my_home.home(house, phones.person(), estate.id)
        me = my_home.me(house, phones.person())
        waits = my_home.waits(house, phones.person(), estate.id)
        return render_template("pages/home.html", estate=estate, state=state, me=me, waits=waits)

    @pages.get("/m/state.json")
    def standing() -> Response:
        """Where I stand, for a page that waits for the office."""
        estate = phones.chosen_estate(house)
        return jsonify(state=my_home.home(house, phones.person(), estate.id).next_step)

    @pages.get("/")
    def root() -> Response:
        return redirect(url_for("pages.welcome"))

    @pages.get("/m/<path:anything>")
    def unknown(anything: str) -> str:  # noqa: ARG001 - every other path
        raise NotFound("request.unknown", "no such page")

    @pages.get("/m/estates")
    def choose_estate() -> str:
        return _choose(house)

    @pages.get("/m/size")
    def set_size() -> Response:
        response = redirect(phones.safe_path(request.args.get("next", "/m/")))
        large = "1" if request.args.get("large") == "1" else "0"
        response.set_cookie(
            phones.LARGE_COOKIE, large, max_age=365 * 24 * 3600, secure=phones.secure(house), samesite="Lax"
        )
        return response


def _choose(house: House) -> str:
    estates = my_home.estates(house)
    if not estates:
        raise NotFound("estate.unknown", "no estate has been set up")
    return render_template("pages/estates.html", estates=estates)
