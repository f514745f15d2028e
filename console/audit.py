"""The audit chain, for the audit role alone."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from access.queries import audit
from console.present import house, me, offset
from console.routes import AUDIT, Routes

routes = Routes("audit")


@routes.allow("/audit", AUDIT)
def page() -> ResponseReturnValue:
    return _page(None)


@routes.allow("/audit/verify", AUDIT, methods=("POST",))
def verify() -> ResponseReturnValue:
    return _page(audit.verify(house(), me()))


def _page(verified: audit.Verified | None) -> ResponseReturnValue:
    return render_template("console/audit.html", page=audit.newest(house(), me(), offset()), verified=verified)
