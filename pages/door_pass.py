"""The door pass: large, fresh every fifteen seconds, back by itself after the phone was offline."""

from __future__ import annotations

import base64

from flask import Blueprint, Response, jsonify, render_template

from access.domain.errors import NotPermitted
from access.services import draw_pass, issue_pass, my_home
from access.services.house import House
from pages import phones


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/pass")
    def show_pass() -> str:
        estate = phones.chosen_estate(house)
        try:
            made = issue_pass.door_pass(house, phones.person(), estate.id)
        except NotPermitted:
            state = my_home.home(house, phones.person(), estate.id)
            return render_template("pages/pass_later.html", estate=estate, state=state)
        return render_template("pages/pass.html", estate=estate, door_pass=made)

    @pages.get("/m/pass/code.svg")
    def pass_picture() -> Response:
        made = issue_pass.door_pass(house, phones.person(), phones.chosen_estate(house).id)
        return Response(draw_pass.svg(made.text(house.clock.now())), mimetype="image/svg+xml")

    @pages.get("/m/pass/code.png")
    def pass_photo() -> Response:
        """The same as a PNG, for phones that keep or show no SVG."""
        made = issue_pass.door_pass(house, phones.person(), phones.chosen_estate(house).id)
        return Response(draw_pass.png(made.text(house.clock.now())), mimetype="image/png")

    @pages.get("/m/pass/code.json")
    def pass_code() -> Response:
        """What the page rolls with: the signed part and the pass's own proof key, so it also works offline."""
        made = issue_pass.door_pass(house, phones.person(), phones.chosen_estate(house).id)
        return jsonify(
            now=house.clock.now(),
            valid_to=made.valid_to,
            signed=base64.b64encode(made.signed).decode(),
            proof_key=base64.b64encode(made.proof_key).decode(),
        )
