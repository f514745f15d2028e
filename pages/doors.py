"""Opening a door from the phone: only the person's own doors, and "opened" only once it is."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from access.domain.errors import NotFound
from access.domain.ids import is_id
from access.domain.reasons import WORDS
from access.services import my_home, remote_open
from access.services.house import House
from access.services.remote_open import Progress
from pages import phones


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/open")
    def list_doors() -> str:
        estate = phones.chosen_estate(house)
        mine = my_home.doors(house, phones.person(), estate.id)
        return render_template("pages/doors.html", estate=estate, doors=mine)

    @pages.post("/m/open/<access_point_id>")
    def open_door(access_point_id: str) -> str | AnyResponse:
        if not is_id(access_point_id):
            raise NotFound("access_point.unknown", "no such door")
        opening = remote_open.open_remotely(house, phones.person(), access_point_id, house.clock.now())
        if opening.command_id is None:
            reason = opening.event.reason
            return render_template("pages/open_denied.html", words=WORDS[reason] if reason else None)
        return redirect(url_for("pages.opening", command_id=opening.command_id))

    @pages.get("/m/opening/<command_id>")
    def opening(command_id: str) -> str:
        state = _progress(house, command_id)
        return render_template(
            "pages/opening.html", state=state, command_id=command_id, pending=state is Progress.PENDING
        )

    @pages.get("/m/opening/<command_id>/state.json")
    def opening_state(command_id: str) -> Response:
        return jsonify(state=_progress(house, command_id))


def _progress(house: House, command_id: str) -> Progress:
    if not is_id(command_id):
        raise NotFound("command.unknown", "no such opening")
    return remote_open.progress(house, phones.person(), command_id)
