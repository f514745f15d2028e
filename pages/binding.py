"""Joining the two WeChat accounts of one person: a one-time code for the other one, or the code from there."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from access.domain.errors import KaimenError
from access.queries.phone_words import words_of
from access.services import phone_sign_in
from access.services.house import House
from pages import phones

_MAX_CODE = 128


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/bind")
    def bind() -> str:
        return render_template("pages/bind.html", made=None, child=False, words=None)

    @pages.post("/m/bind/code")
    def bind_code() -> str:
        made = phone_sign_in.new_bind_token(house, phones.person())
        return render_template("pages/bind.html", made=made, child=False, words=None)

    @pages.post("/m/bind")
    def join() -> Response | tuple[str, int]:
        code = request.form.get("code", "")[:_MAX_CODE]
        try:
            phone_sign_in.join(house, phones.current_session(), code)
        except KaimenError as error:
            return render_template("pages/bind.html", made=None, child=False, words=words_of(error)), error.status
        return redirect(url_for("pages.welcome"))
