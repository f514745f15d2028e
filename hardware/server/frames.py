"""Commands as signed frames, with the estates' keys held while the policy stands."""

from __future__ import annotations

from typing import Any

from access.domain.commands import Command
from access.services.gate_claims import SigningKeys
from hardware import wire


def command_body(command: Command) -> wire.CommandBody:
    """A command as it travels."""
    args: Any = command.args
    return wire.CommandBody(
        v=1,
        id=command.id,
        gate=command.gate_id,
        epoch=command.epoch,
        seq=command.seq,
        op=command.op.value,
        ap=command.access_point_id,
        args=args,
        issued=command.issued_at,
        expires=command.expires_at,
        actor=command.actor,
    )


def sealed(command: Command, keys: SigningKeys) -> bytes:
    """The signed frame of a command."""
    return wire.seal_command(command_body(command), *keys.current)


def certificates(keys: SigningKeys) -> list[wire.SigningKeyCertificate]:
    """The live signing keys, each vouched for by the root key."""
    return [wire.certify(key_id, seed, keys.root_seed) for key_id, seed in keys.live.items()]
