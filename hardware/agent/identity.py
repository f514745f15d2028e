"""Who this device is: its Ed25519 key, what the claim gave it, and the signing keys it trusts.

All of it stands in the data folder, readable by the agent's user alone (folder 0700, files 0600).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nacl.signing import SigningKey

from access.domain.errors import InvalidInput, NotFound
from hardware import wire

_KEY = "device.key"
_CLAIM = "claimed.json"
_OF_A_GATE = ("lists.sqlite3*", "keys.json", "broker-*.pem", "state.json")
_OF_AN_ESTATE = ("journal.*", "log_epoch")


@dataclass(frozen=True, slots=True)
class Identity:
    """A claimed device.

    Attributes:
        seed: the device's Ed25519 seed, 32 bytes; never leaves the folder.
        claim: what the server answered to the claim.
        root_key: pinned; signs the keys of commands and lists.
    """

    seed: bytes
    claim: wire.ClaimAnswer
    root_key: bytes

    def command_keys(self) -> dict[str, bytes]:
        """The signing key that came with the claim, checked against the pinned root key."""
        certificate = self.claim.command_key
        return {certificate.id: wire.certified_key(certificate, self.root_key)}


def device_seed(data: Path) -> bytes:
    """The device's key, made on first use; an empty file is what a full disk left of a first use.

    Raises:
        InvalidInput: ``agent.key`` when the file is not a key or others may read it.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data / _KEY
    if path.exists() and path.stat().st_size:
        return _read_seed(path)
    seed = bytes(SigningKey.generate())
    write_private(path, seed.hex().encode("ascii"))
    return seed


def public_key(seed: bytes) -> str:
    return wire.pack(bytes(SigningKey(seed).verify_key))


def is_claimed(data: Path) -> bool:
    return (data / _CLAIM).exists()


def save_claim(data: Path, claim: wire.ClaimAnswer) -> Identity:
    """Keep the claim, whole or not at all. The command key must hold under the root key.

    Raises:
        InvalidInput: ``wire.key``.
    """
    identity = Identity(device_seed(data), claim, wire.unpack(claim.root_key, wire.KEY_BYTES))
    identity.command_keys()
    _leave_other(data, claim)
    write_private(data / _CLAIM, wire.write(claim))
    return identity


def load(data: Path) -> Identity:
    """The claimed identity.

    Raises:
        NotFound: ``agent.unclaimed``.
        InvalidInput: the files are damaged.
    """
    path = data / _CLAIM
    if not path.exists():
        raise NotFound("agent.unclaimed", f"{data} holds no claimed gate: run `kaimen-agent claim` first")
    try:
        claim = wire.read(path.read_bytes(), wire.ClaimAnswer)
    except InvalidInput as exc:
        raise InvalidInput("agent.claim", f"{path} is damaged: claim the gate anew") from exc
    return Identity(_read_seed(data / _KEY), claim, wire.unpack(claim.root_key, wire.KEY_BYTES))


def _leave_other(data: Path, claim: wire.ClaimAnswer) -> None:
    """Claimed anew, as another gate: what the folder holds of the one before is not this one's.

    Its events stay where the estate is the same, and go up as this gate's. Faces are sealed to their gate and
    thrown away by their own store.
    """
    try:
        before = wire.read((data / _CLAIM).read_bytes(), wire.ClaimAnswer)
    except (OSError, InvalidInput):
        return
    left = _OF_A_GATE if before.gate_id != claim.gate_id else ()
    more = _OF_AN_ESTATE if before.estate_id != claim.estate_id else ()
    for pattern in (*left, *more):
        for path in data.glob(pattern):
            path.unlink()


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone, on the disk when this returns."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_seed(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise InvalidInput("agent.key", f"others may read {path}: chmod 600 it, then claim the gate anew")
        seed = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as exc:
        raise InvalidInput("agent.key", f"{path} is not a device key") from exc
    if len(seed) != wire.KEY_BYTES:
        raise InvalidInput("agent.key", f"{path} is not a device key")
    return seed
