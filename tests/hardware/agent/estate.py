"""An estate's lists and credentials for tests: what the server would sign, made with real keys."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from nacl.signing import SigningKey

from access.domain import passes
from access.domain.ids import new_id
from access.domain.times import DAY, FOREVER, HOUR
from hardware import wire
from hardware.agent.lists import card_token
from tests.hardware.agent.server_simulator import ServerSimulator

ESTATE_NUMBER = 7
ALWAYS: list[list[tuple[int, int]]] = [[(0, 1440)]] * 7


@dataclass
class Estate:
    """Change the lists, then `publish`."""

    simulator: ServerSimulator
    now: int = field(default_factory=lambda: int(time.time() * 1000))
    pass_seed: bytes = field(default_factory=lambda: bytes(SigningKey.generate()))
    card_key: bytes = b"c" * 32
    day_secret: bytes = b"d" * 32
    building: str = field(default_factory=new_id)
    version: int = 1
    cards: dict[str, wire.CardRow] = field(default_factory=dict)
    edge_faces: dict[str, wire.CardRow] = field(default_factory=dict)
    weekly: list[list[tuple[int, int]]] = field(default_factory=lambda: list(ALWAYS))
    special: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    revoked: dict[str, int] = field(default_factory=dict)
    fresh_hours: int = 72

    def add_card(self, number: str, **changes: Any) -> str:
        """A card of a resident of the building; returns the holder."""
        fields: dict[str, Any] = {
            "credential": new_id(),
            "holder": new_id(),
            "valid_from": 0,
            "valid_to": FOREVER,
            "places": [(self.building, 0, FOREVER)],
        } | changes
        self.cards[card_token(self.card_key, number)] = wire.CardRow(**fields)
        return str(fields["holder"])

    def visitor_pass(self, hours: int = 4, uses: int = 1, starts: int = 0, **changes: Any) -> str:
        """`G1:` text; `starts` hours from now."""
        body = self._body(self.now + starts * HOUR, hours * 60, uses, **changes)
        return passes.sign(body, self.pass_seed)

    def resident_pass(self, at: int | None = None) -> tuple[str, str]:
        """(pass id, `G2:` text for the step of an instant)."""
        body = self._body(self.now - HOUR, 24 * 60, 0)
        key = passes.proof_key(self.day_secret, body.pass_id)
        signed = passes.signed_bytes(body, self.pass_seed)
        return body.pass_id, passes.roll(signed, key, self.now if at is None else at)

    def lists(self) -> wire.Lists:
        points = self.simulator.books.access_points
        return wire.Lists(
            access_points={row.id: row for row in points},
            rules={f"{n:016x}": wire.RuleRow(row.id, "5" * 16, None) for n, row in enumerate(points)},
            schedules={"5" * 16: wire.ScheduleRow(self.weekly, self.special)},
            cards=dict(self.cards),
            pass_keys={"1": wire.pack(bytes(SigningKey(self.pass_seed).verify_key))},
            day_keys={str(passes.day_of(self.now - HOUR) + n): wire.pack(self.day_secret) for n in range(-1, 5)},
            sets={"1": [points[0].id]},
            revoked_passes=dict(self.revoked),
            edge_faces=dict(self.edge_faces),
        )

    def publish(self, **changes: Any) -> None:
        """Sign the lists as they are and let the server hand them out."""
        books = self.simulator.books
        fields: dict[str, Any] = {
            "v": 1,
            "kind": "snapshot",
            "gate": books.gate_id,
            "version": self.version,
            "issued": self.now,
            "fresh_until": self.now + self.fresh_hours * HOUR,
            "offline_until": self.now + 7 * DAY,
            "estate": books.estate_id,
            "estate_number": ESTATE_NUMBER,
            "timezone": "Asia/Shanghai",
            "card_key": wire.pack(self.card_key),
            "lists": self.lists(),
        } | changes
        books.lists = wire.seal_lists(wire.Snapshot(**fields), books.key_id, books.command_seed)

    def publish_delta(self, name: str, adds: dict[str, Any], dels: list[str], **changes: Any) -> None:
        """Sign a change of one list from the version before."""
        books = self.simulator.books
        whole = getattr(self.lists(), name)
        self.version += 1
        fields: dict[str, Any] = {
            "v": 1,
            "kind": "delta",
            "gate": books.gate_id,
            "from_version": self.version - 1,
            "version": self.version,
            "issued": self.now + 1,
            "fresh_until": self.now + self.fresh_hours * HOUR,
            "offline_until": self.now + 7 * DAY,
            "lists": [wire.ListDelta(name, adds, dels, wire.list_hash(whole))],
        } | changes
        books.delta = wire.seal_lists(wire.Delta(**fields), books.key_id, books.command_seed)

    def _body(self, starts: int, minutes: int, uses: int, **changes: Any) -> passes.PassBody:
        fields: dict[str, Any] = {
            "key_id": 1,
            "pass_id": new_id(),
            "estate": ESTATE_NUMBER,
            "access_point_set": 1,
            "not_before": starts // 1000 * 1000,
            "minutes": minutes,
            "uses": uses,
        } | changes
        return passes.PassBody(**fields)
