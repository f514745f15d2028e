"""A folder for a new broker: certificates of the house's own authority, and mosquitto's files."""

from __future__ import annotations

from pathlib import Path

from access.services.gate_presence import revoked_gates
from access.services.house import House
from adapters.gatelink.mosquitto import MosquittoFolder, Papers
from hardware.server.authority import authority_of, kept_revoked_since


def prepare(house: House, folder: Path, host: str, listen: tuple[str, int], user: str) -> Path:
    """Write everything; the path of `mosquitto.conf`.

    Args:
        host: name or address that its certificate is for.
        listen: address and port.
        user: account that mosquitto changes to when root starts it; empty for its own choice.
    """
    now, authority = house.clock.now(), authority_of(house)
    gates = revoked_gates(house, kept_revoked_since(now))
    written = MosquittoFolder(folder)
    path = written.write_all(
        authority.certificate(),
        Papers(*authority.for_broker(host, now)),
        Papers(*authority.for_service(now)),
        authority.revocations(gates, now),
        listen,
        user,
    )
    if gates:
        written.write_revoked([gate.id for gate in gates], authority.revocations(gates, now))
    return path
