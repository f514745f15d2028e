"""The gate's certificate for a broker: fetched once over HTTPS, renewed over whatever link there is."""

from __future__ import annotations

import base64
import math
import os
import time
from pathlib import Path

from hardware import wire
from hardware.agent.identity import Identity, write_private
from hardware.agent.server import Server

_RENEW_SECONDS = 20 * 24 * 3600
_GONE_SECONDS = 29 * 24 * 3600
"""A certificate lives thirty days."""
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32-byte seed of an Ed25519 key (RFC 8410, 7)."""


class Papers:
    """Three PEM files in the data folder: authority, certificate, key."""

    def __init__(self, data: Path, identity: Identity) -> None:
        self._seed = identity.seed
        self.authority, self.certificate, self.key = self.names(data)

    @staticmethod
    def names(data: Path) -> tuple[Path, Path, Path]:
        """Authority, certificate, key."""
        return data / "broker-authority.pem", data / "broker-gate.pem", data / "broker-key.pem"

    def renew(self, server: Server) -> None:
        """Ask for a certificate when there is none, or it is twenty days old.

        Raises:
            ExternalSystemError, InvalidInput: what there is stays.
        """
        if self._age() >= _RENEW_SECONDS:
            self._fetch(server)

    def renew_if_gone(self, server: Server) -> None:
        """Ask for one when there is none that a broker still takes; errors as for `renew`."""
        if self._age() >= _GONE_SECONDS:
            self._fetch(server)

    def _age(self) -> float:
        """Seconds; endless when there is none."""
        try:
            return time.time() - self.certificate.stat().st_mtime
        except FileNotFoundError:
            return math.inf

    def _fetch(self, server: Server) -> None:
        answer = wire.read(server.post("/gate/v1/certificate", b""), wire.CertificateAnswer)
        write_private(self.authority, answer.authority.encode())
        write_private(self.key, private_pem(self._seed))
        write_private(self.certificate, answer.certificate.encode())


def private_pem(seed: bytes) -> bytes:
    """The device's key as PKCS 8 PEM."""
    text = base64.b64encode(_PKCS8 + seed).decode("ascii")
    return (
        f"-----BEGIN PRIVATE KEY-----{os.linesep}{text}{os.linesep}-----END PRIVATE KEY-----{os.linesep}".encode()
    )
