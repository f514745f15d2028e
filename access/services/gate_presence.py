"""Which gates are reached by the link now, as the link process says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from access.domain.commands import Command
from access.domain.gates import Gate
from access.services.house import House


def note_streaming(house: House, gate_ids: Iterable[str], *, streaming: bool) -> None:
    """Note a sign of life of gates whose stream is open, or that it closed."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        for gate_id in gate_ids:
            stores.gates.seen(gate_id, now, streaming=streaming)


def waiting_commands(house: House, gate: Gate) -> Sequence[Command]:
    """Unacknowledged, unexpired commands: what a gate is sent on connecting."""
    with house.db.reading() as stores:
        return stores.gates.open_commands(gate.id, house.clock.now())


def is_revoked(house: House, gate_id: str) -> bool:
    """Whether a gate was cut off; one that is not there counts as such."""
    with house.db.reading() as stores:
        gate = stores.gates.gate(gate_id)
    return gate is None or gate.revoked_at is not None


def policy_version(house: House, estate_id: str) -> int:
    """Version of the lists an estate's gates should hold."""
    with house.db.reading() as stores:
        return stores.places.policy_version(estate_id)


def live_gate(house: House, gate_id: str) -> Gate | None:
    """A gate that exists and was not cut off."""
    with house.db.reading() as stores:
        gate = stores.gates.gate(gate_id)
    return None if gate is None or gate.revoked_at is not None else gate


def revoked_gates(house: House, since: int) -> Sequence[Gate]:
    """Gates of every estate that were cut off at or after an instant, by id."""
    with house.db.reading() as stores:
        return stores.gates.revoked_since(since)


def sealing_seed(house: House, gate: Gate) -> bytes:
    """The estate's end of what is sealed between it and a gate: the root key's seed, 32 bytes."""
    with house.db.reading() as stores:
        return house.keyring.root_seed(stores, gate.estate_id)
