"""The estate's reports to all owners: read them, and say that one has."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from access.domain.consent import Channel
from access.domain.errors import NotFound
from access.domain.ids import is_id
from access.services import owner_reports
from access.services.house import House
from pages import phones


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/reports")
    def list_reports() -> str:
        estate = phones.chosen_estate(house)
        shown = owner_reports.shown_to(house, phones.person(), estate.id)
        return render_template("pages/reports.html", estate=estate, shown=shown)

    @pages.get("/m/reports/<report_id>")
    def show_report(report_id: str) -> str:
        estate = phones.chosen_estate(house)
        found = owner_reports.report(house, phones.person(), _known(report_id))
        return render_template("pages/report.html", estate=estate, shown=found, report=found.report)

    @pages.post("/m/reports/<report_id>")
    def acknowledge(report_id: str) -> Response:
        owner_reports.acknowledge(house, phones.person(), _known(report_id), Channel.PAGE)
        return redirect(url_for("pages.show_report", report_id=report_id))


def _known(report_id: str) -> str:
    if not is_id(report_id):
        raise NotFound("report.unknown", "no such report")
    return report_id
