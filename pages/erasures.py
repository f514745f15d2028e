"""Withdrawing the face in two taps, and following its erasure to the signed certificate."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from access.domain.consent import Channel
from access.domain.erasure import Erasure, Holding
from access.domain.errors import NotFound
from access.domain.ids import is_id
from access.services import erase, withdraw
from access.services.house import House
from pages import phones


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/selfie/withdraw")
    def ask_withdraw() -> str:
        return render_template("pages/withdraw.html", estate=phones.chosen_estate(house))

    @pages.post("/m/selfie/withdraw")
    def withdraw_face() -> AnyResponse:
        begun = withdraw.withdraw_face(house, phones.person(), phones.chosen_estate(house).id, Channel.PAGE)
        return redirect(url_for("pages.erasure", erasure_id=begun.id))

    @pages.get("/m/erasures/<erasure_id>")
    def erasure(erasure_id: str) -> str:
        begun, holdings, certificate = _erasure(house, erasure_id)
        return render_template(
            "pages/erasure.html",
            estate=phones.chosen_estate(house),
            erasure=begun,
            holdings=holdings,
            certificate=certificate,
            gates=erase.gate_names(house, holdings),
            state=_state(holdings, certificate),
        )

    @pages.get("/m/erasures/<erasure_id>/state.json")
    def erasure_state(erasure_id: str) -> Response:
        _, holdings, certificate = _erasure(house, erasure_id)
        return jsonify(state=_state(holdings, certificate))

    @pages.get("/m/erasures/<erasure_id>/certificate")
    def erasure_certificate(erasure_id: str) -> Response:
        _, _, certificate = _erasure(house, erasure_id)
        if certificate is None:
            raise NotFound("erasure.unknown", "not complete yet")
        headers = {"Content-Disposition": f'attachment; filename="kaimen-erasure-{erasure_id}.json"'}
        return Response(certificate, mimetype="application/json", headers=headers)


def _erasure(house: House, erasure_id: str) -> tuple[Erasure, list[Holding], str | None]:
    if not is_id(erasure_id):
        raise NotFound("erasure.unknown", "no such erasure")
    return erase.erasure_of(house, phones.person(), erasure_id)


def _state(holdings: Sequence[Holding], certificate: str | None) -> str:
    """How far it is: what a page that follows it compares."""
    erased = sum(one.receipted_at is not None for one in holdings)
    return "complete" if certificate is not None else f"{erased}/{len(holdings)}"
