"""The files of a mosquitto that stands between the service and its gates: configuration, ACL, who was cut off.

`write_revoked` replaces the ACL and the revocation list whole and asks mosquitto to read them again (SIGHUP). From
then on mosquitto refuses the certificate to whoever dials, and a connection that still stands can neither hear nor
say anything.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SERVICE_NAME = "kaimen-server"
"""Common name of the service's certificate; the ACL's only user that may do all."""
MOST_BYTES = 34 * 1024 * 1024
"""Largest message: a sealed snapshot of lists (`hardware.tunnel.MAX_DOWN`) and its envelope."""

_ACL = """\
user {service}
topic readwrite kaimen/v1/#

pattern read kaimen/v1/%u/down
pattern read kaimen/v1/%u/answers
pattern write kaimen/v1/%u/state
pattern write kaimen/v1/%u/up
"""
_CONFIGURATION = """\
# Written by `kaimen broker files`. TLS with client certificates alone; see docs/operations/gates.md.
per_listener_settings false
{user}listener {port} {bind}
cafile {folder}/authority.pem
certfile {folder}/broker.pem
keyfile {folder}/broker.key
crlfile {folder}/revoked.pem
tls_version tlsv1.3
require_certificate true
use_identity_as_username true
acl_file {folder}/acl
pid_file {folder}/mosquitto.pid
set_tcp_nodelay true
persistence false
max_inflight_messages 1000
max_queued_messages 1000
message_size_limit {most}
log_type error
log_type warning
log_type information
"""


@dataclass(frozen=True, slots=True)
class Papers:
    """Certificate and private key, PEM."""

    certificate: bytes
    key: bytes


class MosquittoFolder:
    """`BrokerFiles`: a folder that mosquitto reads and the link process may write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def write_all(
        self,
        authority: bytes,
        broker: Papers,
        service: Papers,
        revocations: bytes,
        listen: tuple[str, int],
        user: str,
    ) -> Path:
        """Everything a new broker needs; the configuration's path.

        Args:
            listen: address and port.
            user: account that mosquitto changes to when root starts it; empty for its own choice.
        """
        self.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._put("authority.pem", authority)
        for name, papers in (("broker", broker), ("service", service)):
            self._put(f"{name}.key", papers.key, mode=0o640)
            self._put(f"{name}.pem", papers.certificate)
        self._put("revoked.pem", revocations)
        self._put("acl", acl(()))
        bind, port = listen
        named = f"user {user}\n" if user else ""
        text = _CONFIGURATION.format(port=port, bind=bind, folder=self.folder, user=named, most=MOST_BYTES)
        self._put("mosquitto.conf", text.encode())
        return self.folder / "mosquitto.conf"

    def write_revoked(self, gate_ids: Iterable[str], revocations: bytes) -> None:
        """Cut these gates off. Raises OSError where the folder cannot be written."""
        self._put("acl", acl(gate_ids))
        self._put("revoked.pem", revocations)
        self._reload()

    def _reload(self) -> None:
        """Where we may not signal the broker, whoever watches the files does (deploy/broker)."""
        with suppress(OSError, ValueError):
            os.kill(int((self.folder / "mosquitto.pid").read_text("ascii")), signal.SIGHUP)

    def _put(self, name: str, content: bytes, mode: int = 0o644) -> None:
        fresh = self.folder / f".{name}.new"
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, mode), "wb") as file:
            file.write(content)
        fresh.replace(self.folder / name)


def acl(cut_off: Iterable[str]) -> bytes:
    """mosquitto's ACL file; `%u` is the certificate's common name. A user's own denial comes first."""
    denied = "".join(f"\nuser {gate_id}\ntopic deny kaimen/v1/{gate_id}/#\n" for gate_id in cut_off)
    return (_ACL.format(service=SERVICE_NAME) + denied).encode()
