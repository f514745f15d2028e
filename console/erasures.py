"""Erasures: which holder has not sent its receipt yet and is late; what the receipts of the completed rest on."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from access.queries import erasures
from console.present import house, me, offset
from console.routes import AUDIT, OPERATIONS, Routes

routes = Routes("erasures")


@routes.allow("/erasures", OPERATIONS, AUDIT)
def listed() -> ResponseReturnValue:
    under_way, done = erasures.outstanding(house(), me(), offset()), erasures.completed(house(), me())
    return render_template("console/erasures.html", page=under_way, done_rows=done)
