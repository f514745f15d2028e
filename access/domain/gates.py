"""Gates: the agent's device identity, its one-time claim, and its presence."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.commands import GATE_SILENCE
from access.domain.times import MINUTE

CLAIM_LIFE = 10 * MINUTE
TOKEN_LIFE = 15 * MINUTE
CLOCK_SKEW = 60_000
"""How far a signed request's time may be from ours, milliseconds."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A claimed agent.

    Attributes:
        public_key: Ed25519, 32 bytes.
        access_point_ids: the access points it may ask for.
        epoch: command epoch, grows with each claim.
        acked_epoch, acked_seq: highest contiguous event it uploaded in its log epoch.
        seen_at: last sign of life, instant; 0 before the first.
        streaming: its event stream is open, as the link process last said.
        policy_version: version of the lists it last reported to hold.
    """

    id: str
    estate_id: str
    name: str
    public_key: bytes
    access_point_ids: frozenset[str]
    epoch: int
    acked_epoch: int
    acked_seq: int
    seen_at: int
    streaming: bool
    policy_version: int
    created_at: int
    revoked_at: int | None = None

    def is_online(self, at: int) -> bool:
        """Streaming and heard of within the silence limit."""
        return self.revoked_at is None and self.streaming and at - self.seen_at <= GATE_SILENCE


@dataclass(frozen=True, slots=True)
class Claim:
    """A one-time code that binds a device to an estate and its access points; kept as a hash."""

    code_hash: str
    estate_id: str
    name: str
    access_point_ids: frozenset[str]
    expires_at: int
    created_by: str
