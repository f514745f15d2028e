"""The signing keys that this gate trusts: each vouched for by the root key pinned at the claim."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import structlog

from access.domain.errors import InvalidInput
from hardware import wire
from hardware.agent.identity import Identity, write_private

log = structlog.get_logger(__name__)

_FILE = "keys.json"
_MOST = 8


class TrustedKeys:
    """Live signing keys by id; kept, so that a gate that starts offline knows the newest it was told."""

    def __init__(self, data: Path, identity: Identity) -> None:
        self._path = data / _FILE
        self._identity = identity
        self._keys = identity.command_keys()
        if self._path.exists():
            self._take(self._path.read_bytes())

    def live(self) -> Mapping[str, bytes]:
        return self._keys

    def replace(self, raw: bytes) -> None:
        """Take an `event: keys`. Keys that the root did not sign are left out; without any, nothing changes.

        With no room to write them they are in force all the same, and told again when the link is up again.
        """
        if not self._take(raw):
            return
        try:
            write_private(self._path, raw)
        except OSError as exc:
            log.error("keys.not_kept", error=str(exc))

    def _take(self, raw: bytes) -> bool:
        try:
            offered = wire.read(raw, list[wire.SigningKeyCertificate])[:_MOST]
        except InvalidInput as exc:
            log.warning("keys.unreadable", code=exc.code)
            return False
        signed: dict[str, bytes] = {}
        for certificate in offered:
            try:
                signed[certificate.id] = wire.certified_key(certificate, self._identity.root_key)
            except InvalidInput:
                log.warning("keys.not_signed_by_root", key=certificate.id)
        changed = bool(signed) and signed != self._keys
        if signed:
            self._keys = signed
        return changed
