"""Signed receipts for my answers, and a public page on which anybody can have a receipt or certificate verified."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from access.domain.consent import Purpose
from access.domain.errors import InvalidInput, NotFound, TooOften
from access.domain.ids import is_id
from access.domain.places import Estate
from access.domain.times import MINUTE
from access.queries.phone_words import words_of
from access.services import consent_receipt, verify_receipt
from access.services.house import House
from access.services.verify_receipt import VerifiedStatement
from pages import phones
from pages.labels import label

CHECKS_A_MINUTE = 30
"""From one address: the page needs no sign-in."""
_MEANINGS = {purpose.value: label(purpose) for purpose in Purpose}
MAX_STATEMENT_BYTES = 1_000_000


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/consents/<consent_id>/receipt")
    def receipt(consent_id: str) -> Response:
        if not is_id(consent_id):
            raise NotFound("consent.unknown", "no such consent")
        signed = consent_receipt.receipt(house, phones.person(), consent_id)
        headers = {"Content-Disposition": f'attachment; filename="kaimen-consent-{consent_id}.json"'}
        return Response(signed, mimetype="application/json", headers=headers)

    @pages.get("/m/verify")
    def verify_form() -> str:
        return render_template("pages/verify.html", found=None, words=None)

    @pages.post("/m/verify")
    def verify() -> str | tuple[str, int]:
        if not house.limiter.allow(f"verify:{phones.address()}", CHECKS_A_MINUTE, MINUTE):
            raise TooOften("verify.often", "too many checks from one address")
        try:
            found = verify_receipt.verify_here(house, _statement())
        except (InvalidInput, NotFound) as error:
            return render_template("pages/verify.html", found=None, words=words_of(error)), error.status
        return render_template(
            "pages/verify.html", found=found, words=None, estate=_estate(house, found), meanings=_MEANINGS
        )


def _estate(house: House, found: VerifiedStatement) -> Estate | None:
    with house.db.reading() as stores:
        return stores.places.estate(str(found.body["estate"]))


def _statement() -> str:
    """What was chosen as a file, or pasted."""
    sent = request.files.get("file")
    raw = sent.stream.read(MAX_STATEMENT_BYTES + 1) if sent is not None else b""
    if len(raw) > MAX_STATEMENT_BYTES:
        raise InvalidInput("request.size", "larger than a statement", field="file")
    return raw.decode("utf-8", "replace") if raw else request.form.get("text", "")
