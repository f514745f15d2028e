"""Gates, their claims, tokens, nonces and logs, in SQL; their commands are in `commands.py`."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.gates import CLOCK_SKEW, Claim, Gate
from access.domain.incidents import LoggedEvent
from adapters.db.commands import SqlCommands
from adapters.db.fields import canonical
from adapters.db.rows_gates import GateClaimRow, GateEventRow, GateRow
from adapters.db.session import Session, marks
from adapters.db.table import Table

_GATES = Table(GateRow, Gate)
_CLAIMS = Table(GateClaimRow, Claim)
_EVENTS = Table(GateEventRow, LoggedEvent)


class SqlGates(SqlCommands):
    """`access.stores.Gates`."""

    __slots__ = ()

    def __init__(self, session: Session) -> None:
        super().__init__(session)

    def gate(self, gate_id: str) -> Gate | None:
        return _GATES.one(self._session, "WHERE id = ?", gate_id)

    def gates(self, estate_id: str) -> Sequence[Gate]:
        return _GATES.all(self._session, "WHERE estate_id = ? ORDER BY name, id", estate_id)

    def gates_of(self, access_point_id: str) -> Sequence[Gate]:
        found = _GATES.all(
            self._session,
            "WHERE estate_id = (SELECT estate_id FROM access_point WHERE id = ?) "
            "AND revoked_at IS NULL AND access_point_ids LIKE ? ORDER BY name, id",
            access_point_id,
            f'%"{access_point_id}"%',
        )
        return [gate for gate in found if access_point_id in gate.access_point_ids]

    def add_gate(self, gate: Gate) -> None:
        """A gate that was claimed again replaces itself."""
        _GATES.save(self._session, gate)

    def revoke_gate(self, gate_id: str, at: int) -> bool:
        """False when it was revoked already. Its tokens end with it."""
        revoked = self._session.run(
            "UPDATE gate SET revoked_at = ?, streaming = ? WHERE id = ? AND revoked_at IS NULL",
            at,
            False,
            gate_id,
        )
        self._session.run("DELETE FROM gate_token WHERE gate_id = ?", gate_id)
        return revoked == 1

    def revoked_since(self, at: int) -> Sequence[Gate]:
        return _GATES.all(self._session, "WHERE revoked_at >= ? ORDER BY id", at)

    def save_claim(self, claim: Claim) -> None:
        _CLAIMS.insert(self._session, claim)

    def take_claim(self, code_hash: str, at: int) -> Claim | None:
        """The claim, once; None when unknown, spent or expired."""
        rows = self._session.returned(
            f"DELETE FROM gate_claim WHERE code_hash = ? RETURNING {_CLAIMS.columns}",  # noqa: S608 - our names
            code_hash,
        )
        claim = _CLAIMS.read(rows[0]) if rows else None
        return claim if claim is not None and at < claim.expires_at else None

    def seen(self, gate_id: str, at: int, streaming: bool | None = None) -> None:
        if streaming is None:
            self._session.run("UPDATE gate SET seen_at = ? WHERE id = ? AND seen_at < ?", at, gate_id, at)
        else:
            self._session.run(
                "UPDATE gate SET seen_at = CASE WHEN seen_at < ? THEN ? ELSE seen_at END, streaming = ? "
                "WHERE id = ?",
                at,
                at,
                streaming,
                gate_id,
            )

    def set_policy_version(self, gate_id: str, version: int) -> None:
        self._session.run("UPDATE gate SET policy_version = ? WHERE id = ?", version, gate_id)

    def take_nonce(self, gate_id: str, nonce: str, at: int) -> bool:
        taken = self._session.run(
            "INSERT INTO gate_nonce (gate_id, nonce, used_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            gate_id,
            nonce,
            at,
        )
        return taken == 1

    def save_token(self, token_hash: str, gate_id: str, expires_at: int) -> None:
        self._session.run(
            "INSERT INTO gate_token (token_hash, gate_id, expires_at) VALUES (?, ?, ?)",
            token_hash,
            gate_id,
            expires_at,
        )

    def gate_of_token(self, token_hash: str, at: int) -> Gate | None:
        """None when the token is unknown or expired, or its gate revoked."""
        return _GATES.one(
            self._session,
            "JOIN gate_token ON gate_token.gate_id = gate.id "
            "WHERE gate_token.token_hash = ? AND gate_token.expires_at > ? AND gate.revoked_at IS NULL",
            token_hash,
            at,
        )

    def log_event(self, gate_id: str, epoch: int, seq: int, kind: str, at: int, body: dict[str, object]) -> bool:
        """False when it stands already."""
        inserted = self._session.run(
            "INSERT INTO gate_event (gate_id, epoch, seq, kind, at, body) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            gate_id,
            epoch,
            seq,
            kind,
            at,
            canonical(body),
        )
        return inserted == 1

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
        where = "WHERE gate_id IN (SELECT id FROM gate WHERE estate_id = ?) AND at >= ? AND at < ?"
        where, values = f"{where} AND kind IN ({marks(kinds)})", [estate_id, since, until, *kinds]
        if what is not None:
            where, values = f"{where} AND body LIKE ?", [*values, f'%"what":"{what}"%']
        order = "ORDER BY at DESC, gate_id, epoch DESC, seq DESC LIMIT ? OFFSET ?"
        return _EVENTS.all(self._session, f"{where} {order}", *values, limit, offset)

    def set_acked(self, gate_id: str, epoch: int, seq: int) -> None:
        """Moves forward only."""
        self._session.run(
            "UPDATE gate SET acked_epoch = ?, acked_seq = ? "
            "WHERE id = ? AND (acked_epoch < ? OR (acked_epoch = ? AND acked_seq < ?))",
            epoch,
            seq,
            gate_id,
            epoch,
            epoch,
            seq,
        )

    def delete_before(self, at: int) -> int:
        """The number of rows. A nonce stays for twice the clock skew, whatever is asked."""
        nonces = self._session.run("DELETE FROM gate_nonce WHERE used_at < ?", at - 2 * CLOCK_SKEW)
        tokens = self._session.run("DELETE FROM gate_token WHERE expires_at < ?", at)
        claims = self._session.run("DELETE FROM gate_claim WHERE expires_at < ?", at)
        return super().delete_before(at) + nonces + tokens + claims
