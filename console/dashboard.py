"""The first page: what waits."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from access.queries import approvals
from console.present import house, me
from console.routes import EVERY_ROLE, Routes

routes = Routes("dashboard")


@routes.allow("/", *EVERY_ROLE)
def page() -> ResponseReturnValue:
    return render_template("console/dashboard.html", waiting=approvals.waiting(house(), me()))
