"""Enrolling a face at this gate: a ticket is shown, the person looks into the camera, the reference stays here."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from access.domain.edge_faces import SAMPLES_NEEDED, is_ticket
from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import Rejected
from access.domain.places import Method
from access.domain.reasons import Words
from hardware import wire, wire_edge
from hardware.agent import edge_words
from hardware.agent.clock import TrustedClock
from hardware.agent.edge_desk import EdgeDesk
from hardware.agent.edge_store import KeptFace
from hardware.agent.server import Refused, Server

log = structlog.get_logger(__name__)

SESSION_SECONDS = 60.0
_TICKET_SECONDS = 8.0


@dataclass(slots=True)
class _Session:
    """Somebody stands in front of the camera; samples are in memory only."""

    offer: wire_edge.EnrolmentOffer
    ends: float
    samples: list[bytes] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)


class EdgeEnrolment:
    """At most one enrolment at each access point."""

    def __init__(
        self, desk: EdgeDesk, server: Server, clock: TrustedClock, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._desk = desk
        self._server = server
        self._clock = clock
        self._seconds = seconds
        self._sessions: dict[str, _Session] = {}

    def step(self, access_point: str, method: Method, payload: str, frames: Sequence[bytes]) -> Words | None:
        """What the screen says, when what was held up belongs to an enrolment; None when it does not.

        A pass or a card ends an enrolment: whoever is next wants to enter.
        """
        if method is Method.QR and is_ticket(payload):
            return self._begin(access_point, payload)
        session = self._sessions.get(access_point)
        if session is None:
            return None
        if method is not Method.FACE or self._seconds() >= session.ends:
            del self._sessions[access_point]
            return edge_words.OVER if method is Method.FACE else None
        words = self._look(session, frames)
        if words not in _GOING_ON:
            del self._sessions[access_point]
        return words

    def _begin(self, access_point: str, ticket: str) -> Words:
        self._sessions.pop(access_point, None)
        model = self._desk.model
        if model is None:
            return edge_words.ABSENT
        if len(self._desk.kept()) >= min(model.largest_gallery, wire_edge.MAX_HELD):
            return edge_words.FULL
        try:
            raw = self._server.post(
                "/gate/v1/edge-tickets", wire.write(wire_edge.TicketShown(ticket)), _TICKET_SECONDS
            )
            offer = wire.read(raw, wire_edge.EnrolmentOffer)
        except Refused as exc:
            log.info("edge.ticket_refused", code=exc.code)
            return edge_words.refusal(exc.code)
        except (ExternalSystemError, InvalidInput) as exc:
            log.warning("edge.ticket", code=exc.code)
            return edge_words.OFFLINE
        self._sessions[access_point] = _Session(offer, self._seconds() + SESSION_SECONDS)
        return edge_words.LOOK

    def _look(self, session: _Session, frames: Sequence[bytes]) -> Words:
        """Take what can be used of a look, and finish once there is enough."""
        fresh = [frame for frame in frames if hashlib.sha256(frame).digest() not in session.seen]
        session.seen |= {hashlib.sha256(frame).digest() for frame in fresh}
        answers = self._desk.encode(fresh)
        refused = [answer for answer in answers if isinstance(answer, Rejected)]
        for answer in answers:
            if not isinstance(answer, Rejected) and self._is_distinct(session, answer):
                session.samples.append(answer)
        if len(session.samples) >= SAMPLES_NEEDED:
            return self._finish(session)
        return edge_words.QUALITY[refused[0].reason] if refused else edge_words.AGAIN

    def _is_distinct(self, session: _Session, sample: bytes) -> bool:
        model = self._desk.model
        return model is not None and all(model.distinct(sample, other) for other in session.samples)

    def _finish(self, session: _Session) -> Words:
        model = self._desk.model
        if model is None or self._clock.now() is None:
            return edge_words.FAILED
        if not model.one_person(session.samples):
            session.samples.clear()
            return edge_words.DIFFERENT
        offer = session.offer
        mine = {one.id for one in self._desk.kept() if one.person == offer.person}
        if any(model.alike(sample, mine) for sample in session.samples):
            return edge_words.ALIKE
        face = KeptFace(offer.face, offer.person, model.name, self._clock.floor(), offer.expires_at)
        try:
            self._desk.keep(face, session.samples)
        except (sqlite3.Error, OSError) as exc:
            log.error("edge.not_kept", error=str(exc))
            return edge_words.FAILED
        return edge_words.DONE


_GOING_ON = frozenset({edge_words.LOOK, edge_words.AGAIN, edge_words.DIFFERENT, *edge_words.QUALITY.values()})
