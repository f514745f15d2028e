"""A face that stays in the gate, begun by staff for the resident who stands there."""

from __future__ import annotations

import base64

from flask import render_template
from flask.typing import ResponseReturnValue

from access.domain.errors import NotPermitted
from access.queries import residents
from access.services import draw_pass, edge_faces
from console.present import chosen_purpose, estate, house, me
from console.routes import OPERATIONS, Routes

routes = Routes("edge")


@routes.allow("/residents/<person_id>/face-at-gate", OPERATIONS, methods=("POST",))
def ticket(person_id: str) -> ResponseReturnValue:
    """The code is shown on this answer and never again."""
    found = residents.person_page(house(), me(), person_id, chosen_purpose())
    if found.face.agreed:
        raise NotPermitted("edge.server", "agreed to both: their face is enrolled on the server")
    given = edge_faces.give_ticket(house(), person_id, estate().id, f"staff:{me().id}")
    picture = base64.b64encode(draw_pass.png(given.text)).decode("ascii")
    return render_template("console/face_ticket.html", person=found, picture=picture, until=given.until)
