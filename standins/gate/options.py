"""Options of the gate stand-in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class GateSimOptions:
    """Everything the stand-in is told.

    Attributes:
        host, port: of its page; loopback only, port 0 takes a free one.
        server, link: the api process and the link process.
        data: folder of the simulated device (its key, journal and lists).
        claim_code: one-time code; not needed once the folder holds a claimed gate.
        claim_code_file: file with the code, waited for up to `claim_seconds`.
        claim_seconds: how long to wait for the file and the server, seconds.
        edge_models: folder of the network files, for matching faces at the gate; None where it does not.
        walks_through: whether a simulated person opens and closes the door after a grant.

    Raises:
        ValueError: names the option at fault.
    """

    server: str
    link: str
    data: Path
    host: str = "127.0.0.1"
    port: int = 8500
    claim_code: str = ""
    claim_code_file: Path | None = None
    claim_seconds: float = 60.0
    edge_models: Path | None = None
    walks_through: bool = True
    environment: str = ""

    def __post_init__(self) -> None:
        if self.environment == "production":
            raise ValueError("a stand-in never runs with KAIMEN_ENV=production")
        if self.host not in LOOPBACK:
            raise ValueError("--host: the stand-in listens on this machine only (127.0.0.1)")
