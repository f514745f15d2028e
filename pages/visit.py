"""The visitor's page: no account, no host's name; the code, when and where, or in words why not."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from access.domain.errors import NotFound
from access.services import draw_pass, invite_visitor
from access.services.house import House
from access.services.invite_visitor import VisitState


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/v/<secret>")
    def visit(secret: str) -> str:
        shown = invite_visitor.visitor_pass(house, secret)
        return render_template("pages/visit.html", visit=shown, secret=secret, states=VisitState)

    @pages.get("/v/<secret>/code.svg")
    def visit_picture(secret: str) -> Response:
        shown = invite_visitor.visitor_pass(house, secret)
        if not shown.text:
            raise NotFound("visit.link", "the pass is no longer valid")
        return Response(draw_pass.svg(shown.text), mimetype="image/svg+xml")

    @pages.get("/v/<secret>/code.png")
    def visit_photo(secret: str) -> Response:
        """The same as a PNG: WeChat's browser saves a long-pressed PNG, not an SVG."""
        shown = invite_visitor.visitor_pass(house, secret)
        if not shown.text:
            raise NotFound("visit.link", "the pass is no longer valid")
        return Response(draw_pass.png(shown.text), mimetype="image/png")
