"""The route by which a gate asks for a movement (docs/gates/wire.md)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from access.domain.challenges import ASKING
from access.domain.times import SECOND
from access.services import challenges
from access.services.house import House
from hardware import wire
from hardware.server.callers import signed_body
from hardware.wire_challenge import ChallengeAnswer, ChallengeRequest


def add_movement_routes(routes: Blueprint, house: House) -> None:
    @routes.post("/challenges")
    def ask_movement() -> Response:
        gate, body = signed_body(house, request)
        asked = challenges.ask_at_gate(house, gate, wire.read(body, ChallengeRequest).access_point_id)
        words = ASKING[asked.movement]
        answer = ChallengeAnswer(
            asked.id,
            asked.movement.value,
            {"zh": words.zh, "en": words.en},
            (asked.expires_at - asked.issued_at) // SECOND,
        )
        return Response(wire.write(answer), 201, mimetype="application/json")
