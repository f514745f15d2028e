"""My record: entries, everything held, a copy, who looked at me, my name, leaving; and the public schedule."""

from __future__ import annotations

import json

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from access.domain.consent import FACE_PURPOSES
from access.domain.errors import InvalidInput
from access.domain.reasons import Words
from access.queries.phone_words import words_of
from access.services import close_account, consents, my_data, my_entries, register, retention
from access.services.house import House
from pages import phones

_SYSTEM = "job"
"""How the book of look-ups calls the service itself, when it sends a message."""


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/entries")
    def list_entries() -> str:
        entries = my_entries.entries(house, phones.person())
        days = house.policy.event_keep_days
        return render_template("pages/entries.html", entries=entries, days=days, timezone=_timezone(house))

    @pages.get("/m/data")
    def show_data() -> str:
        return _data(house, saved="saved" in request.args)

    @pages.get("/m/data/copy")
    def data_copy() -> Response:
        body = json.dumps(my_data.copy(house, phones.person()), ensure_ascii=False, indent=1)
        headers = {"Content-Disposition": 'attachment; filename="kaimen-my-data.json"'}
        return Response(body, mimetype="application/json", headers=headers)

    @pages.post("/m/data/name")
    def correct_name() -> AnyResponse | tuple[str, int]:
        try:
            register.set_name(house, phones.person(), request.form.get("name", ""))
        except InvalidInput as error:
            return _data(house, words=words_of(error)), error.status
        return redirect(url_for("pages.show_data", saved=1))

    @pages.get("/m/leave")
    def ask_leave() -> str:
        return render_template("pages/leave.html")

    @pages.post("/m/leave")
    def leave() -> str | Response:
        close_account.close_account(house, phones.person())
        response = Response(render_template("pages/left.html"))
        phones.forget(house, response)
        return response

    @pages.get("/m/retention")
    def retention_schedule() -> str:
        lines = retention.schedule(house.policy.event_keep_days)
        return render_template("pages/retention.html", lines=lines)


def _data(house: House, *, saved: bool = False, words: Words | None = None) -> str:
    """Everything held; `words` say what was wrong with the name typed."""
    held = my_data.everything(house, phones.person())
    looks = my_entries.look_ups(house, phones.person())
    return render_template(
        "pages/data.html",
        held=held,
        looks=[one for one in looks if one.reader != _SYSTEM],
        system_looks=[one for one in looks if one.reader == _SYSTEM],
        timezone=_timezone(house),
        face=_face_stands(house, held),
        saved=saved,
        words=words,
    )


def _face_stands(house: House, held: my_data.MyData) -> bool:
    """A face is kept, or may be: there is something to withdraw."""
    estate, at = phones.estate(house), house.clock.now()
    answers = consents.mine(house, phones.person(), estate.id) if estate is not None else []
    return bool(held.references or held.at_gates) or any(
        a.purpose in FACE_PURPOSES and a.is_live(at) for a in answers
    )


def _timezone(house: House) -> str:
    estate = phones.estate(house)
    return estate.timezone if estate is not None else "Asia/Shanghai"
