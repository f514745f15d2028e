"""What the simulated server holds; tests read and set it."""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl.signing import SigningKey

from access.domain.ids import new_id
from hardware import wire, wire_edge


@dataclass
class Books:
    """What the server holds; tests read and set it."""

    root_seed: bytes = field(default_factory=lambda: bytes(SigningKey.generate()))
    command_seed: bytes = field(default_factory=lambda: bytes(SigningKey.generate()))
    key_id: str = "k1"
    gate_id: str = field(default_factory=new_id)
    estate_id: str = field(default_factory=new_id)
    epoch: int = 1
    access_points: list[wire.AccessPointRow] = field(default_factory=list)
    device_key: bytes = b""
    claimed: bool = False
    tokens: set[str] = field(default_factory=set)
    presented: list[wire.Presentation] = field(default_factory=list)
    acks: list[wire.Ack] = field(default_factory=list)
    events: dict[int, list[wire.LogEvent]] = field(default_factory=dict)
    receipts: list[wire.Receipt] = field(default_factory=list)
    offers: dict[str, wire_edge.EnrolmentOffer] = field(default_factory=dict)
    held: list[wire_edge.HeldFaces] = field(default_factory=list)
    lists: bytes | None = None
    delta: bytes | None = None
    snapshot_requests: list[str] = field(default_factory=list)
    clock_ahead: int = 0
    strange_marks: list[int] = field(default_factory=list)
