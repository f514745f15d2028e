"""Commands to a gate: device-bound, expiring, at most one firing (reference: the wire protocol, 5 to 8)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from access.domain.times import SECOND

OPEN_LIFE = 8 * SECOND
"""An open lives 5 to 10 s and is never queued for an offline gate."""
GATE_SILENCE = 45 * SECOND
"""A gate not heard of for this long counts as offline."""


class Op(StrEnum):
    OPEN = "open"
    DENY = "deny"
    """Show a denial; moves nothing."""
    SYNC = "sync"
    """Lists have a newer version: fetch it."""
    ERASE = "erase"
    """Drop what is held of a person and send a signed receipt."""
    UNLOCK = "unlock"
    """Stand open until ``normal``."""
    LOCKDOWN = "lockdown"
    """Let nobody in until ``normal``; the way out is never blocked."""
    NORMAL = "normal"


class CommandState(StrEnum):
    ISSUED = "issued"
    RECEIVED = "received"
    DONE = "done"
    DENIED = "denied"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


FINAL = frozenset(
    {
        CommandState.DONE,
        CommandState.DENIED,
        CommandState.EXPIRED,
        CommandState.FAILED,
        CommandState.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class Command:
    """One command to one gate.

    Attributes:
        epoch: the gate's command epoch; a re-claimed gate gets a new one.
        seq: contiguous within (gate, epoch), from 1.
        args: small JSON object, by `op`: open {"event", "relay_ms"}; deny {"event", "reason"};
            sync {"version"}; erase {"holding", "person"}; unlock, lockdown, normal {}.
        actor: who asked (``decision``, ``resident:<id>``, ``staff:<id>``, ``job``).
    """

    id: str
    gate_id: str
    epoch: int
    seq: int
    op: Op
    access_point_id: str | None
    args: dict[str, object]
    issued_at: int
    expires_at: int
    actor: str
    state: CommandState = CommandState.ISSUED
    finished_at: int | None = None
