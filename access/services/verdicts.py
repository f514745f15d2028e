"""A decision becomes an event and a command, in one transaction; the gate is woken once it is committed."""

from __future__ import annotations

from access.domain.admission import Decision, Granted
from access.domain.commands import OPEN_LIFE, Command, Op
from access.domain.events import AccessEvent, Opening
from access.domain.gates import Gate
from access.services.house import House
from access.stores import Stores


def event_of(decision: Decision, event_id: str, gate: Gate, access_point_id: str, at: int) -> AccessEvent:
    """The record of a decision."""
    granted = isinstance(decision, Granted)
    return AccessEvent(
        id=event_id,
        at=at,
        estate_id=gate.estate_id,
        access_point_id=access_point_id,
        gate_id=gate.id,
        method=decision.method,
        granted=granted,
        reason=None if isinstance(decision, Granted) else decision.reason,
        person_id=decision.person_id,
        pass_id=decision.pass_id,
        credential_id=decision.credential_id,
        opening=Opening.PENDING if granted else Opening.NONE,
        passed_back=isinstance(decision, Granted) and decision.passed_back,
    )


def command_for(
    house: House, stores: Stores, gate: Gate, event: AccessEvent, decision: Decision, actor: str
) -> Command:
    """Issue the ``open`` of a grant, or the ``deny`` that shows the reason."""
    op, args = _order(event, decision)
    command = stores.gates.issue(gate, op, event.access_point_id, args, event.at, event.at + OPEN_LIFE, actor)
    stores.on_commit(lambda: house.gatelink.wake(gate.id))
    return command


def _order(event: AccessEvent, decision: Decision) -> tuple[Op, dict[str, object]]:
    if isinstance(decision, Granted):
        return Op.OPEN, {"event": event.id, "relay_ms": decision.relay_ms, "reason": None}
    return Op.DENY, {"event": event.id, "reason": decision.reason.value}
