"""Somebody holds up a pass, a card or a face at an access point: decide, record, push the decision.

Unknown is denied: whatever fails on the way is a denial with a reason, recorded where it can be.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from access.domain.admission import Decision, Denied
from access.domain.errors import Conflict, NotPermitted
from access.domain.events import AccessEvent
from access.domain.faces import ClaimNeeded
from access.domain.gates import Gate
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.domain.times import SECOND
from access.services.estate_book import EstateBook
from access.services.house import House
from access.services.judge_card import judge_card
from access.services.judge_claim import Claim, judge_claim
from access.services.judge_edge import judge_edge
from access.services.judge_face import judge_claimed_face, judge_face, look, look_at_claimed, why_not_look
from access.services.judge_movement import frames_to_compare
from access.services.judge_pass import judge_pass
from access.services.passback import hold_to_areas
from access.services.verdicts import command_for, event_of
from access.stores import Stores

PRESENTATION_LIFE = 15 * SECOND
"""A presentation older than this is not decided any more: whoever stood there may have left."""

_log = logging.getLogger(__name__)

Judge = Callable[[Stores, EstateBook, AccessPoint], Decision]


@dataclass(frozen=True, slots=True)
class Presentation:
    """What somebody held up.

    Attributes:
        id: given by the gate, becomes the event's id; repeating it repeats the answer.
        at: when the gate read it, instant.
        payload: QR text or card number as read; the name of a reference that the gate matched; with a face the
            claim, read just before, where there is one.
        frames: 1 to 5 pictures of a face, or the film that answers a challenge.
        challenge: id of the challenge that the frames answer; empty where none was asked.
    """

    id: str
    access_point_id: str
    method: Method
    at: int
    payload: str = ""
    frames: tuple[bytes, ...] = ()
    challenge: str = ""


class _RepeatedError(Exception):
    """Another worker recorded the same presentation first; what this one did is rolled back."""


def present(house: House, gate: Gate, shown: Presentation) -> AccessEvent:
    """Decide one presentation; the event says granted or not, and why not.

    Raises:
        NotPermitted: ``gate.access_point`` when the gate does not serve the access point.
        Conflict: ``event.taken`` when the id belongs to another presentation.
    """
    if shown.access_point_id not in gate.access_point_ids:
        raise NotPermitted("gate.access_point", "the gate does not serve this access point")
    at = house.clock.now()
    try:
        return _settle(house, gate, shown, at, _judge(house, gate, shown, at))
    except _RepeatedError:
        return _standing(house, gate, shown)
    except Exception as exc:
        _log.error("a presentation could not be decided", extra={"event": shown.id, "error": type(exc).__name__})
        return _fault(house, gate, shown, at)


def _judge(house: House, gate: Gate, shown: Presentation, at: int) -> Judge:
    if at - shown.at > PRESENTATION_LIFE:
        return lambda _stores, _book, _point: Denied(shown.method, Reason.BUSY)
    passback = house.policy.passback_seconds
    if shown.method is Method.QR:
        return lambda stores, book, point: judge_pass(stores, book, point, shown.payload, at, passback)
    if shown.method is Method.CARD:
        return lambda stores, book, point: judge_card(stores, book, point, shown.payload, at, passback)
    if shown.method is Method.FACE_EDGE:
        return lambda stores, book, point: judge_edge(stores, book, gate, point, shown.payload, at)
    if shown.method is Method.FACE:
        return _face_judge(house, gate, shown, at)
    return lambda _stores, _book, _point: Denied(shown.method, Reason.METHOD_OFF)


def _face_judge(house: House, gate: Gate, shown: Presentation, at: int) -> Judge:
    with house.db.reading() as stores:
        book = house.books.of(stores, house.keyring, gate.estate_id)
        point = book.access_points[shown.access_point_id]
        known = stores.events.get(shown.id) is not None
        reason = why_not_look(stores, book, point, at)
    if known:
        raise _RepeatedError
    frames = reason or frames_to_compare(house, gate, point, shown.id, shown.challenge, shown.frames, at)
    if isinstance(frames, Reason):
        return lambda stores, book, point: judge_face(stores, book, point, frames, at)
    found = look(house.faces, gate, point, frames)
    if isinstance(found, ClaimNeeded) and shown.payload:
        return _claim_judge(house, gate, replace(shown, frames=frames), at)
    return lambda stores, book, point: judge_face(stores, book, point, found, at)


def _claim_judge(house: House, gate: Gate, shown: Presentation, at: int) -> Judge:
    """Who is claimed, then 1:1; without a sound claim no face is compared."""
    with house.db.reading() as stores:
        book = house.books.of(stores, house.keyring, gate.estate_id)
        claim = judge_claim(stores, book, book.access_points[shown.access_point_id], shown.payload, at)
    if not isinstance(claim, Claim):
        return lambda _stores, _book, _point: claim
    found = look_at_claimed(house.faces, gate, shown.access_point_id, claim, shown.frames)
    return lambda stores, book, point: judge_claimed_face(stores, book, point, shown.payload, found, at)


def _settle(house: House, gate: Gate, shown: Presentation, at: int, judge: Judge) -> AccessEvent:
    with house.db.transaction() as stores:
        if stores.events.get(shown.id) is not None:
            raise _RepeatedError
        book = house.books.of(stores, house.keyring, gate.estate_id)
        decision = judge(stores, book, book.access_points[shown.access_point_id])
        decision = hold_to_areas(stores, book, decision, shown.access_point_id, at)
        return _record(house, stores, gate, shown, decision, at)


def _record(
    house: House, stores: Stores, gate: Gate, shown: Presentation, decision: Decision, at: int
) -> AccessEvent:
    event = event_of(decision, shown.id, gate, shown.access_point_id, at)
    if not stores.events.add(event):
        raise _RepeatedError
    command_for(house, stores, gate, event, decision, "decision")
    return event


def _standing(house: House, gate: Gate, shown: Presentation) -> AccessEvent:
    with house.db.reading() as stores:
        event = stores.events.get(shown.id)
    asked = (gate.id, shown.access_point_id, shown.method)
    if event is None or (event.gate_id, event.access_point_id, event.method) != asked:
        raise Conflict("event.taken", "this id belongs to another presentation")
    return event


def _fault(house: House, gate: Gate, shown: Presentation, at: int) -> AccessEvent:
    denied = Denied(shown.method, Reason.FAULT)
    try:
        with house.db.transaction() as stores:
            return _record(house, stores, gate, shown, denied, at)
    except Exception as exc:
        _log.error("a denial could not be recorded", extra={"event": shown.id, "error": type(exc).__name__})
        return event_of(denied, shown.id, gate, shown.access_point_id, at)
