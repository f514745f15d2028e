"""What happens when somebody holds something up: ask the server; where it cannot answer in time, decide here.

Online the relay fires on the pushed command alone, and the HTTP answer only says no early. Offline the written
policy decides. Whichever of the two comes first takes the event's one firing, so a command that arrives after
the gate has opened by itself opens nothing.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from zoneinfo import ZoneInfoNotFoundError

import structlog

from access.domain.admission import Decision, Denied, Granted
from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.ids import new_id
from access.domain.passes import VerifiedPass, read
from access.domain.places import Method
from access.domain.reasons import WORDS, Reason, Words
from hardware import wire
from hardware.agent.challenging import answered
from hardware.agent.claims import Claims
from hardware.agent.clock import TrustedClock
from hardware.agent.door import OPENED, Door, Mode
from hardware.agent.edge_desk import EdgeDesk, Matched, Stays
from hardware.agent.edge_enrol import SESSION_SECONDS, EdgeEnrolment
from hardware.agent.firings import Firings, Taken
from hardware.agent.log import Body
from hardware.agent.offline import OfflineDecider, used
from hardware.agent.passback import Passback
from hardware.agent.server import Refused, Server
from hardware.drivers.ports import DriverError

log = structlog.get_logger(__name__)

WAITING = Words("请稍等…", "One moment…")
_TOO_MANY = 429
SCREEN_SECONDS = 4.0
"""An outcome stands this long on the screen."""
_WAITING_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one presentation.

    Attributes:
        event: id of the presentation, also of its event.
        reason: why not; None when granted, and for a step of an enrolment, which opens nothing.
        fired: the relay was energised for it.
        offline: decided at the gate.
        ms: from the presentation to the outcome, milliseconds on the monotonic clock.
    """

    event: str
    method: Method
    granted: bool
    reason: Reason | None
    words: Words
    fired: bool
    offline: bool
    ms: float


@dataclass(slots=True)
class _Pending:
    """A presentation whose outcome is waited for; the first to settle it wins."""

    settled: threading.Event = field(default_factory=threading.Event)
    granted: bool = False
    fired: bool = False
    reason: Reason | None = None
    words: Words | None = None
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that a presentation waits for the server."""

    quick: float
    face: float


class Presenter:
    """Takes presentations from any thread; one at a time for each access point."""

    def __init__(
        self,
        server: Server,
        clock: TrustedClock,
        firings: Firings,
        doors: Mapping[str, Door],
        decider: OfflineDecider,
        passback: Passback,
        edge: EdgeDesk,
        enrolment: EdgeEnrolment,
        deadlines: Deadlines,
        link_up: Callable[[], bool],
        report: Callable[[str, Body], None],
        recorded: Callable[[], None],
    ) -> None:
        """`report` writes into the log, `recorded` is called when something was written there with a firing."""
        self._server = server
        self._clock = clock
        self._firings = firings
        self._doors = doors
        self.decider = decider
        self._passback = passback
        self._edge = edge
        self._enrolment = enrolment
        self._deadlines = deadlines
        self._link_up = link_up
        self._report = report
        self._recorded = recorded
        self._claims = Claims()
        self._pending: dict[str, _Pending] = {}
        self._busy = {access_point: threading.Lock() for access_point in doors}
        self._posts = ThreadPoolExecutor(max_workers=4, thread_name_prefix="present")

    def present(
        self, access_point_id: str, method: Method, payload: str = "", frames: Sequence[bytes] = ()
    ) -> Outcome:
        """Hold something up at an access point and wait for what becomes of it.

        Raises:
            KeyError: no such access point at this gate.
        """
        door, busy = self._doors[access_point_id], self._busy[access_point_id]
        event, began = new_id(), time.monotonic()
        if not busy.acquire(blocking=False):
            return _outcome(event, method, Denied(method, Reason.BUSY), False, False, began)
        try:
            door.tell("waiting", WAITING, _WAITING_SECONDS)
            step = self._enrolment.step(access_point_id, method, payload, frames)
            if step is not None:
                door.tell("waiting", step, SESSION_SECONDS)
                return Outcome(event, method, False, None, step, False, False, _since(began))
            outcome = self._take(door, event, method, payload, frames, began)
            self._claims.note(access_point_id, "" if method is Method.FACE else payload, granted=outcome.granted)
            door.tell("granted" if outcome.granted else "denied", outcome.words, SCREEN_SECONDS)
        finally:
            busy.release()
        return outcome

    def fired(self, event: str) -> None:
        """The relay fired on a pushed command."""
        self._settle(event, granted=True, fired=True)

    def refused(self, event: str, reason: Reason) -> None:
        """A pushed command says no, or the relay did not switch."""
        self._settle(event, reason=reason)

    def close(self) -> None:
        self._posts.shutdown(wait=False, cancel_futures=True)

    def _take(
        self, door: Door, event: str, method: Method, payload: str, frames: Sequence[bytes], began: float
    ) -> Outcome:
        """A face is looked for among those kept here first; who is known here is asked for by name alone."""
        if method is not Method.FACE:
            return self._decide(door, event, method, payload, frames, began)
        found = self._edge.look(door.row, frames)
        if isinstance(found, Matched):
            return self._decide(door, event, Method.FACE_EDGE, found.face, (), began)
        if isinstance(found, Stays):
            denied = Denied(Method.FACE_EDGE, found.reason)
            self._report("decision", _body(event, door.row.id, denied, ""))
            return _outcome(event, Method.FACE_EDGE, denied, False, True, began)
        return self._decide(door, event, method, payload or self._claims.recent(door.row.id), frames, began)

    def _decide(
        self, door: Door, event: str, method: Method, payload: str, frames: Sequence[bytes], began: float
    ) -> Outcome:
        if door.mode is Mode.LOCKDOWN:
            locked = Denied(method, Reason.LOCKDOWN)
            self._report("decision", _body(event, door.row.id, locked, payload))
            return _outcome(event, method, locked, False, True, began)
        if self._link_up():
            pending = self._ask(door, event, method, payload, frames, began)
            if pending is not None:
                self._remember_use(pending, method, payload, event)
                if pending.fired:
                    self._passes(door, method, payload)
                return _answered(event, method, pending, began)
        if method is Method.FACE and self._link_up():
            return _outcome(event, method, Denied(method, Reason.BUSY), False, False, began)
        return self._alone(door, event, method, payload, began)

    def _ask(
        self, door: Door, event: str, method: Method, payload: str, frames: Sequence[bytes], began: float
    ) -> _Pending | None:
        """Ask the server; None when it gave no outcome in time."""
        pending = _Pending()
        self._pending[event] = pending
        deadline = began + (self._deadlines.face if method is Method.FACE else self._deadlines.quick)
        try:
            body = wire.write(self._message(door, event, method, payload, frames))
            self._posts.submit(self._post, event, body, max(0.1, deadline - time.monotonic()))
            pending.settled.wait(max(0.0, deadline - time.monotonic()))
        finally:
            del self._pending[event]
        return pending if pending.settled.is_set() and not pending.unreachable else None

    def _message(
        self, door: Door, event: str, method: Method, payload: str, frames: Sequence[bytes]
    ) -> wire.Presentation:
        return wire.Presentation(
            id=event,
            access_point_id=door.row.id,
            method=method.value,  # type: ignore[arg-type]
            at=self._clock.floor(),
            payload=payload,
            frames=[wire.pack(frame) for frame in frames],
            challenge=answered(frames),
        )

    def _post(self, event: str, body: bytes, timeout: float) -> None:
        """Runs in the pool: a denial settles at once, a grant waits for its command.

        What had to wait in the pool until the gate decided alone is not asked any more: a grant that came of it
        would open a door for somebody who was told no, and left.
        """
        if event not in self._pending:
            return
        try:
            raw = self._server.post("/gate/v1/presentations", body, timeout)
            answer = wire.read(raw, wire.PresentationAnswer)
        except Refused as exc:
            self._refusal(event, exc)
        except (ExternalSystemError, InvalidInput) as exc:
            log.warning("presentation.unanswered", code=exc.code)
            self._settle(event, unreachable=True)
        else:
            if not answer.granted:
                reason = Reason(answer.reason) if answer.reason in set(Reason) else Reason.FAULT
                words = Words(answer.words.get("zh", ""), answer.words.get("en", ""))
                self._settle(event, reason=reason, words=words if words.zh else None)

    def _refusal(self, event: str, refused: Refused) -> None:
        log.warning("presentation.refused", status=refused.http_status, code=refused.code)
        if not refused.permanent:
            self._settle(event, unreachable=True)
        elif refused.http_status == _TOO_MANY:
            self._settle(event, reason=Reason.BUSY)
        else:
            self._settle(event, reason=Reason.FAULT)

    def _settle(
        self,
        event: str,
        *,
        granted: bool = False,
        fired: bool = False,
        reason: Reason | None = None,
        words: Words | None = None,
        unreachable: bool = False,
    ) -> None:
        pending = self._pending.get(event)
        if pending is None or pending.settled.is_set():
            return
        pending.granted, pending.fired, pending.reason = granted, fired, reason
        pending.words, pending.unreachable = words, unreachable
        pending.settled.set()

    def _alone(self, door: Door, event: str, method: Method, payload: str, began: float) -> Outcome:
        """Decide by the written policy, and open only what was not opened for this event before."""
        try:
            decision, use = self.decider.decide(door.row.id, method, payload)
            if isinstance(decision, Granted):
                record = self._record(door, event, decision, payload)
                taken = self._firings.take(event, "offline", self._clock.floor(), use, record)
                if taken is Taken.YES:
                    return self._open_alone(door, event, decision, began)
                if taken is Taken.USED and use is not None:
                    decision = used(use)
        except (sqlite3.Error, ZoneInfoNotFoundError) as exc:
            log.error("offline.failed", error=str(exc))
            decision = Denied(method, Reason.FAULT)
        self._report("decision", _body(event, door.row.id, decision, payload))
        return _outcome(event, method, decision, False, True, began)

    def _record(self, door: Door, event: str, decision: Granted, payload: str) -> Body:
        body = _body(event, door.row.id, decision, payload)
        if self._passes(door, decision.method, payload):
            body["passed_back"] = True
        return body

    def _passes(self, door: Door, method: Method, payload: str) -> bool:
        """Note a passage; True when it is a second one the same way."""
        policy = self.decider.lists.policy
        if policy is None or not door.row.areas:
            return False
        try:
            bearer = self.decider.bearer(method, payload)
        except sqlite3.Error as exc:
            log.error("passback.not_read", error=str(exc))
            return False
        now = self._clock.floor()
        return bool(bearer) and self._passback.passes(door.row.areas, bearer, now, policy.head.timezone)

    def _open_alone(self, door: Door, event: str, decision: Granted, began: float) -> Outcome:
        """The grant is in the log already; a relay that does not switch is said after it."""
        self._recorded()
        try:
            door.fire(event, decision.relay_ms)
        except DriverError as exc:
            log.error("relay.failed", access_point=door.row.number, error=str(exc))
            self._report("failed", {"ap": door.row.id, "event": event})
            denied = Denied(decision.method, Reason.FAULT)
            return _outcome(event, decision.method, denied, False, True, began)
        return _outcome(event, decision.method, decision, True, True, began)

    def _remember_use(self, pending: _Pending, method: Method, payload: str, event: str) -> None:
        """A pass the server let in counts here too, should the network go before it is shown again."""
        if not pending.fired or method is not Method.QR:
            return
        presented = read(payload)
        if isinstance(presented, Reason):
            return
        try:
            self._firings.note_use(VerifiedPass(presented.body, presented.step), event, self._clock.floor())
        except sqlite3.Error as exc:
            log.error("uses.not_kept", error=str(exc))


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000


def _answered(event: str, method: Method, pending: _Pending, began: float) -> Outcome:
    ms = _since(began)
    if pending.granted:
        return Outcome(event, method, True, None, OPENED, pending.fired, False, ms)
    reason = pending.reason or Reason.FAULT
    return Outcome(event, method, False, reason, pending.words or WORDS[reason], False, False, ms)


def _outcome(event: str, method: Method, decision: Decision, fired: bool, offline: bool, began: float) -> Outcome:
    ms = _since(began)
    if isinstance(decision, Granted):
        return Outcome(event, method, True, None, OPENED, fired, offline, ms)
    return Outcome(event, method, False, decision.reason, WORDS[decision.reason], False, offline, ms)


def _body(event: str, access_point_id: str, decision: Decision, payload: str) -> dict[str, str | int | bool | None]:
    presented = read(payload) if decision.method is Method.QR else None
    return {
        "id": event,
        "ap": access_point_id,
        "method": decision.method.value,
        "granted": isinstance(decision, Granted),
        "reason": None if isinstance(decision, Granted) else decision.reason.value,
        "person": decision.person_id or None,
        "pass": decision.pass_id,
        "credential": decision.credential_id,
        "step": None if presented is None or isinstance(presented, Reason) else presented.step,
    }
