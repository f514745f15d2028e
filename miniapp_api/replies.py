"""Answers as JSON or as a picture."""

from __future__ import annotations

import json

from flask import Response, current_app
from pydantic import BaseModel


def reply(model: BaseModel, status: int = 200) -> Response:
    return current_app.response_class(model.model_dump_json(), status, mimetype="application/json")


def reply_json(body: dict[str, object]) -> Response:
    """Plain JSON in readable characters."""
    return current_app.response_class(json.dumps(body, ensure_ascii=False), 200, mimetype="application/json")


def done() -> Response:
    """Carried out, nothing to say."""
    return current_app.response_class(status=204)


def picture(data: bytes, mimetype: str) -> Response:
    return current_app.response_class(data, 200, mimetype=mimetype)
