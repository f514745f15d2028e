"""Incidents: what a gate reports that security has to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Incident(StrEnum):
    """What happened."""

    DURESS = "duress"
    """The duress code was typed: it opened as always, and nobody at the gate was told."""
    FORCED = "forced"
    """The door opened without a grant."""
    HELD = "held"
    """The door stood open too long: somebody may have followed in."""
    CASE = "case"
    """The case of the device was opened."""
    FIRE = "fire"
    """The hard-wired fire input released the door."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An entry of a gate's own log.

    Attributes:
        kind: ``fire``, ``tamper``, ``held`` and others (docs/gates/wire.md).
        body: flat, by kind.
    """

    gate_id: str
    epoch: int
    seq: int
    kind: str
    at: int
    body: Mapping[str, str | int | bool | None]


TAMPER = "tamper"
LOG_KINDS = (TAMPER, "held", "fire")
"""Kinds of the log that are incidents."""


def log_kind(incident: Incident) -> tuple[str, str | None]:
    """Under which kind of the log an incident stands, and under which ``what`` of its body."""
    if incident in (Incident.HELD, Incident.FIRE):
        return incident.value, None
    return TAMPER, incident.value


def incident_of(event: LoggedEvent) -> Incident:
    """Which incident an entry of one of `LOG_KINDS` is; tampering of no known sort is with the device's case."""
    said = event.body.get("what") if event.kind == TAMPER else event.kind
    return next((incident for incident in Incident if incident == said), Incident.CASE)
