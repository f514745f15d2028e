"""The audit chain, for the audit role alone."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from access.queries import audit
from access.services import export_audit
from access.services.manage_staff import list_staff
from console.present import estate, house, me, offset
from console.routes import AUDIT, Routes
from console.words_audit import actor, deed

routes = Routes("audit")


@routes.allow("/audit", AUDIT)
def page() -> ResponseReturnValue:
    return _page(None)


@routes.allow("/audit/verify", AUDIT, methods=("POST",))
def verify() -> ResponseReturnValue:
    return _page(audit.verify(house(), me()))


@routes.allow("/audit/export", AUDIT, methods=("POST",))
def export() -> ResponseReturnValue:
    """The chain as a signed file, line by line as it is read."""
    lines = export_audit.export(house(), me())
    answer = Response((f"{line}\n" for line in lines), mimetype="application/x-ndjson")
    answer.headers["Content-Disposition"] = 'attachment; filename="kaimen-audit.jsonl"'
    return answer


def _page(verified: audit.Verified | None) -> ResponseReturnValue:
    names = {f"staff:{staff.id}": staff.display_name for staff in list_staff(house(), estate().id)}
    newest = audit.newest(house(), me(), offset())
    return render_template(
        "console/audit.html", page=newest, verified=verified, names=names, deed=deed, actor=actor
    )
