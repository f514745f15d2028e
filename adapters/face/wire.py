"""How the values of the port travel between the face process and its clients: JSON, pictures in base64.

JSON rather than a form: a form's large parts would be spooled to disk, and no probe may touch a disk.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import (
    ClaimNeeded,
    Encoded,
    Encoding,
    Identification,
    Match,
    Met,
    Movements,
    NoMatch,
    QualityReason,
    Rejected,
)

Json = Mapping[str, object]


def pack_bytes(items: Sequence[bytes]) -> list[str]:
    """Base64 texts."""
    return [base64.b64encode(item).decode("ascii") for item in items]


def unpack_bytes(value: object, field: str) -> list[bytes]:
    """What `pack_bytes` made.

    Raises:
        InvalidInput: not a list of base64 texts.
    """
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput("face.request", "a list of base64 texts is needed", field=field)
    try:
        return [base64.b64decode(item, validate=True) for item in value]
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("face.request", "not base64", field=field) from error


def text(body: Json, field: str) -> str:
    """A text field of a request.

    Raises:
        InvalidInput: missing, or not a text.
    """
    value = body.get(field)
    if not isinstance(value, str):
        raise InvalidInput("face.request", "a text is needed", field=field)
    return value


def from_answer(answer: Encoding | Identification | Movements) -> dict[str, object]:
    """The JSON of an outcome."""
    match answer:
        case Encoded(reference, model, quality):
            [reference_text] = pack_bytes([reference])
            return {"outcome": "encoded", "reference": reference_text, "model": model, "quality": quality}
        case Rejected(reason):
            return {"outcome": "rejected", "reason": reason.value}
        case Match(person_id, score, threshold):
            return {"outcome": "match", "person_id": person_id, "score": score, "threshold": threshold}
        case NoMatch():
            return {"outcome": "no_match"}
        case Met(best):
            return {"outcome": "met", "best": list(best)}
        case ClaimNeeded():
            return {"outcome": "claim_needed"}


def to_encoding(body: Json) -> Encoding:
    """The outcome of `encode`.

    Raises:
        ExternalSystemError: ``face.unreadable``.
    """
    try:
        if body["outcome"] == "encoded":
            [reference] = unpack_bytes([body["reference"]], "reference")
            return Encoded(reference, str(body["model"]), _number(body["quality"]))
        return Rejected(QualityReason(str(body["reason"])))
    except (KeyError, ValueError, InvalidInput) as error:
        raise unreadable() from error


def to_identification(body: Json) -> Identification:
    """The outcome of `identify` or `verify`.

    Raises:
        ExternalSystemError: ``face.unreadable``; an answer that cannot be read is never a match.
    """
    try:
        match body["outcome"]:
            case "match":
                return Match(str(body["person_id"]), _number(body["score"]), _number(body["threshold"]))
            case "no_match":
                return NoMatch()
            case "claim_needed":
                return ClaimNeeded()
            case "rejected":
                return Rejected(QualityReason(str(body["reason"])))
            case _:
                raise unreadable()
    except (KeyError, ValueError) as error:
        raise unreadable() from error


def to_movements(body: Json) -> Movements:
    """The outcome of `challenge`.

    Raises:
        ExternalSystemError: ``face.unreadable``; an answer that cannot be read is never a movement.
    """
    try:
        if body["outcome"] == "met":
            return Met(_places(body["best"]))
        if body["outcome"] == "rejected":
            return Rejected(QualityReason(str(body["reason"])))
    except (KeyError, ValueError) as error:
        raise unreadable() from error
    raise unreadable()


def _places(value: object) -> tuple[int, ...]:
    """Positions of frames."""
    if not isinstance(value, list) or not value:
        raise ValueError("no list of positions")
    places = tuple(place for place in value if isinstance(place, int) and not isinstance(place, bool))
    if len(places) < len(value) or min(places) < 0:
        raise ValueError("not a position")
    return places


def unreadable() -> ExternalSystemError:
    """The face process answered something that is not of this wire."""
    return ExternalSystemError("face.unreadable", "the face process gave an unreadable answer")


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    return float(value)
