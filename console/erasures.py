"""Erasures under way: which holder has not sent its receipt yet, and which are late."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from access.queries import erasures
from console.present import house, me, offset
from console.routes import AUDIT, OPERATIONS, Routes

routes = Routes("erasures")


@routes.allow("/erasures", OPERATIONS, AUDIT)
def listed() -> ResponseReturnValue:
    return render_template("console/erasures.html", page=erasures.outstanding(house(), me(), offset()))
