"""The gates' stores, as a Protocol; see `access.stores`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from access.domain.commands import Command, CommandState, Op
from access.domain.gates import Claim, Gate
from access.domain.incidents import LoggedEvent


class Gates(Protocol):
    def gate(self, gate_id: str) -> Gate | None: ...
    def gates(self, estate_id: str) -> Sequence[Gate]: ...
    def gates_of(self, access_point_id: str) -> Sequence[Gate]:
        """Live (not revoked) gates that serve an access point."""
        ...

    def add_gate(self, gate: Gate) -> None: ...
    def revoke_gate(self, gate_id: str, at: int) -> bool: ...
    def revoked_since(self, at: int) -> Sequence[Gate]:
        """Gates of every estate that were cut off at or after an instant, by id."""
        ...

    def save_claim(self, claim: Claim) -> None: ...
    def take_claim(self, code_hash: str, at: int) -> Claim | None: ...
    def seen(self, gate_id: str, at: int, streaming: bool | None = None) -> None: ...
    def set_policy_version(self, gate_id: str, version: int) -> None: ...
    def take_nonce(self, gate_id: str, nonce: str, at: int) -> bool:
        """False when the nonce was used before (kept for at least twice the clock skew)."""
        ...

    def save_token(self, token_hash: str, gate_id: str, expires_at: int) -> None: ...
    def gate_of_token(self, token_hash: str, at: int) -> Gate | None: ...
    def issue(
        self,
        gate: Gate,
        op: Op,
        access_point_id: str | None,
        args: dict[str, object],
        issued_at: int,
        expires_at: int,
        actor: str,
    ) -> Command:
        """Append a command with the gate's next seq."""
        ...

    def command(self, command_id: str) -> Command | None: ...
    def open_commands(self, gate_id: str, at: int) -> Sequence[Command]:
        """Unacknowledged and unexpired, by seq: what is sent on connecting."""
        ...

    def newest_commands(self, estate_id: str, ops: Sequence[Op], limit: int) -> Sequence[Command]:
        """Commands of these operations to the gates of an estate, newest first."""
        ...

    def commands_after(self, rowid: int, limit: int) -> Sequence[tuple[int, Command]]:
        """(row id, command) of every gate, in row order: what the link process tails."""
        ...

    def last_command_row(self) -> int: ...
    def set_command(self, command_id: str, state: CommandState, at: int) -> bool:
        """Move forward only: False when the command is final already."""

    def log_event(self, gate_id: str, epoch: int, seq: int, kind: str, at: int, body: dict[str, object]) -> bool:
        """Insert one event of the gate's log once."""
        ...

    def logged(
        self,
        estate_id: str,
        kinds: Sequence[str],
        what: str | None,
        since: int,
        until: int,
        offset: int,
        limit: int,
    ) -> Sequence[LoggedEvent]:
        """Entries of the logs of an estate's gates, newest first, within ``since <= at < until``.

        Args:
            what: only those whose body has this ``what``; None for all.
        """
        ...

    def set_acked(self, gate_id: str, epoch: int, seq: int) -> None: ...
    def delete_before(self, at: int) -> int:
        """Drop finished commands, spent nonces, tokens and claims that ended before."""
