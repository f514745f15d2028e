"""A face that stays in the gate: where that can be had, where one stands, and the code to enrol with at a gate."""

from __future__ import annotations

import base64

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from access.queries.edge_places import standing
from access.services import draw_pass, edge_faces
from access.services.house import House
from pages import phones


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/face-at-gate")
    def face_at_gate() -> str | Response:
        estate = phones.chosen_estate(house)
        state = standing(house, phones.person(), estate.id)
        if state.offered and not state.used:
            return redirect(url_for("pages.ask_face"))
        return render_template("pages/face_at_gate.html", estate=estate, state=state)

    @pages.post("/m/face-at-gate")
    def face_ticket() -> str:
        """The code is shown on this answer and never again."""
        estate = phones.chosen_estate(house)
        ticket = edge_faces.give_ticket(house, phones.person(), estate.id, f"person:{phones.person()}")
        picture = base64.b64encode(draw_pass.png(ticket.text)).decode("ascii")
        state = standing(house, phones.person(), estate.id)
        return render_template(
            "pages/face_ticket.html", estate=estate, picture=picture, until=ticket.until, doors=state.doors
        )
