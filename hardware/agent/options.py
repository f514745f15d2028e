"""Where an agent finds its server and its data, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from access.domain.errors import InvalidInput

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Settings of one agent.

    Attributes:
        server: base address of the api process; https, or http on this machine.
        link: base address of the link process (event stream), or ``mqtts://host:port`` of a broker.
        data: folder of the device key, the journal and the lists; owned by the agent alone.
        quick_seconds: how long a QR pass or card waits for the server before the gate decides by itself.
        face_seconds: how long a face waits.
        silence_seconds: a stream silent for this long is dead.
        longest_pause: upper bound of the pause before a reconnect, seconds, full jitter.
        held_seconds: a door open for this long is reported.
        buffer_limit: events kept while nobody takes them.
        edge_models: folder of the network files, where faces may be matched at this gate; None where not.
    """

    server: str
    link: str
    data: Path
    quick_seconds: float = 2.0
    face_seconds: float = 6.0
    silence_seconds: float = 45.0
    longest_pause: float = 60.0
    held_seconds: float = 30.0
    buffer_limit: int = 50_000
    edge_models: Path | None = None

    def __post_init__(self) -> None:
        for name, url in (("server", self.server), ("link", self.link)):
            _check_address(name, url)
        if self.buffer_limit < 1:
            raise InvalidInput("agent.buffer_limit", "buffer_limit must be at least 1", field="buffer_limit")


def _check_address(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        known = parts.port is None or parts.port > 0
    except ValueError:
        known = False
    if not known:
        raise InvalidInput(f"agent.{name}", f"{name} must be an address such as https://gate.example", field=name)
    if name == "link" and parts.scheme == "mqtts" and parts.hostname:
        return
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(f"agent.{name}", f"{name} must be an address such as https://gate.example", field=name)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidInput(f"agent.{name}", f"{name} must use https unless it is on this machine", field=name)
