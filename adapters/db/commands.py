"""Commands to gates, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.commands import FINAL, Command, CommandState, Op
from access.domain.gates import Gate
from access.domain.ids import new_id
from adapters.db.locks import await_commands, hold_commands
from adapters.db.rows_gates import GateCommandRow
from adapters.db.session import Session, marks
from adapters.db.table import Table

_COMMANDS = Table(GateCommandRow, Command)
_BEFORE_RECEIVED = (CommandState.ISSUED.value,)
_BEFORE_FINAL = (CommandState.ISSUED.value, CommandState.RECEIVED.value)


class SqlCommands:
    """The commands of `access.stores.Gates`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

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
        hold_commands(self._session)
        command = Command(
            id=new_id(),
            gate_id=gate.id,
            epoch=gate.epoch,
            seq=self._next_seq(gate),
            op=op,
            access_point_id=access_point_id,
            args=args,
            issued_at=issued_at,
            expires_at=expires_at,
            actor=actor,
        )
        _COMMANDS.insert(self._session, command)
        return command

    def command(self, command_id: str) -> Command | None:
        return _COMMANDS.one(self._session, "WHERE id = ?", command_id)

    def open_commands(self, gate_id: str, at: int) -> Sequence[Command]:
        """Without a final answer (received alone is none), unexpired, of the gate's present epoch."""
        return _COMMANDS.all(
            self._session,
            "JOIN gate ON gate.id = gate_command.gate_id AND gate.epoch = gate_command.epoch "
            "WHERE gate_command.gate_id = ? AND gate_command.expires_at > ? "
            f"AND gate_command.state IN ({marks(_BEFORE_FINAL)}) ORDER BY gate_command.seq",
            gate_id,
            at,
            *_BEFORE_FINAL,
        )

    def newest_commands(self, estate_id: str, ops: Sequence[Op], limit: int) -> Sequence[Command]:
        return _COMMANDS.all(
            self._session,
            "JOIN gate ON gate.id = gate_command.gate_id "
            f"WHERE gate.estate_id = ? AND gate_command.op IN ({marks(ops)}) "
            "ORDER BY gate_command.row_id DESC LIMIT ?",
            estate_id,
            *(op.value for op in ops),
            limit,
        )

    def commands_after(self, rowid: int, limit: int) -> Sequence[tuple[int, Command]]:
        if self.last_command_row() <= rowid:
            return []
        await_commands(self._session)
        rows = self._session.all(
            f"SELECT {_COMMANDS.columns}, row_id FROM gate_command "  # noqa: S608 - names of our own
            "WHERE row_id > ? ORDER BY row_id LIMIT ?",
            rowid,
            limit,
        )
        return [(int(row[-1]), _COMMANDS.read(row)) for row in rows]

    def last_command_row(self) -> int:
        """0 before the first."""
        row = self._session.one("SELECT COALESCE(MAX(row_id), 0) FROM gate_command")
        return int(row[0]) if row else 0

    def set_command(self, command_id: str, state: CommandState, at: int) -> bool:
        """From issued to received to final; a state that stands already is no move."""
        if state is CommandState.ISSUED:
            return False
        final = state in FINAL
        before = _BEFORE_FINAL if final else _BEFORE_RECEIVED
        moved = self._session.run(
            f"UPDATE gate_command SET state = ?, finished_at = ? WHERE id = ? AND state IN ({marks(before)})",  # noqa: S608
            state.value,
            at if final else None,
            command_id,
            *before,
        )
        return moved == 1

    def delete_before(self, at: int) -> int:
        """Commands that finished, or ran out without an answer, before."""
        finished = self._session.run("DELETE FROM gate_command WHERE finished_at < ?", at)
        return finished + self._session.run(
            "DELETE FROM gate_command WHERE finished_at IS NULL AND expires_at < ?", at
        )

    def _next_seq(self, gate: Gate) -> int:
        rows = self._session.returned(
            "INSERT INTO gate_sequence (gate_id, epoch, seq) VALUES (?, ?, 1) "
            "ON CONFLICT (gate_id, epoch) DO UPDATE SET seq = gate_sequence.seq + 1 RETURNING seq",
            gate.id,
            gate.epoch,
        )
        return int(rows[0][0])
