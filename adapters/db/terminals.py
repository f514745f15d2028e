"""Vendors' terminals and the cards they hold, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from access.domain.commands import Command, CommandState, Op
from access.domain.errors import Conflict
from access.domain.terminals import CardState, Dialect, Terminal, TerminalCard
from adapters.db.rows_gates import GateCommandRow
from adapters.db.rows_terminals import TerminalCardRow, TerminalRow
from adapters.db.session import Session
from adapters.db.table import Table

_TERMINALS = Table(TerminalRow, Terminal)
_CARDS = Table(TerminalCardRow, TerminalCard)
_COMMANDS = Table(GateCommandRow, Command)


class SqlTerminals:
    """`access.stores_terminals.Terminals`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, terminal_id: str) -> Terminal | None:
        return _TERMINALS.one(self._session, "WHERE id = ?", terminal_id)

    def by_serial(self, serial: str) -> Terminal | None:
        return _TERMINALS.one(self._session, "WHERE serial = ?", serial)

    def add(self, terminal: Terminal) -> None:
        if not _TERMINALS.insert_once(self._session, terminal, last_pin=0):
            raise Conflict("terminal.taken", "a terminal of this serial number is registered already")

    def remove(self, terminal_id: str) -> None:
        self._session.run("DELETE FROM terminal_card WHERE terminal_id = ?", terminal_id)
        self._session.run("DELETE FROM terminal WHERE id = ?", terminal_id)

    def set_dialect(self, terminal_id: str, dialect: Dialect) -> None:
        self._session.run("UPDATE terminal SET dialect = ? WHERE id = ?", dialect.value, terminal_id)

    def set_stamp(self, terminal_id: str, stamp: str) -> None:
        self._session.run("UPDATE terminal SET stamp = ? WHERE id = ?", stamp, terminal_id)

    def next_pin(self, terminal_id: str) -> int:
        rows = self._session.returned(
            "UPDATE terminal SET last_pin = last_pin + 1 WHERE id = ? RETURNING last_pin", terminal_id
        )
        return int(rows[0][0])

    def card(self, terminal_id: str, pin: int) -> TerminalCard | None:
        return _CARDS.one(self._session, "WHERE terminal_id = ? AND pin = ?", terminal_id, pin)

    def cards(self, terminal_id: str) -> Sequence[TerminalCard]:
        return _CARDS.all(self._session, "WHERE terminal_id = ? ORDER BY pin", terminal_id)

    def cards_of(self, terminal_id: str, person_id: str) -> Sequence[TerminalCard]:
        return _CARDS.all(
            self._session, "WHERE terminal_id = ? AND person_id = ? ORDER BY pin", terminal_id, person_id
        )

    def cards_anywhere(self, person_id: str) -> Sequence[TerminalCard]:
        return _CARDS.all(self._session, "WHERE person_id = ? ORDER BY terminal_id, pin", person_id)

    def card_of(self, terminal_id: str, credential_id: str) -> TerminalCard | None:
        return _CARDS.one(
            self._session,
            "WHERE terminal_id = ? AND credential_id = ? AND state <> ?",
            terminal_id,
            credential_id,
            CardState.DROP.value,
        )

    def due_cards(self, terminal_id: str, at: int, limit: int) -> Sequence[TerminalCard]:
        return _CARDS.all(
            self._session,
            "WHERE terminal_id = ? AND state <> ? AND due_at <= ? "
            "ORDER BY CASE WHEN state = ? THEN 0 ELSE 1 END, due_at, pin LIMIT ?",
            terminal_id,
            CardState.HELD.value,
            at,
            CardState.DROP.value,
            limit,
        )

    def lapsed_cards(self, terminal_id: str, at: int) -> Sequence[TerminalCard]:
        return _CARDS.all(
            self._session,
            "WHERE terminal_id = ? AND state <> ? AND valid_to <= ? ORDER BY pin",
            terminal_id,
            CardState.DROP.value,
            at,
        )

    def save_card(self, card: TerminalCard) -> None:
        _CARDS.save(self._session, card)

    def delete_card(self, terminal_id: str, pin: int) -> None:
        self._session.run("DELETE FROM terminal_card WHERE terminal_id = ? AND pin = ?", terminal_id, pin)

    def command_at(self, terminal_id: str, epoch: int, seq: int) -> Command | None:
        return _COMMANDS.one(self._session, "WHERE gate_id = ? AND epoch = ? AND seq = ?", terminal_id, epoch, seq)

    def unanswered(self, terminal_id: str, at: int) -> Sequence[Command]:
        return _COMMANDS.all(
            self._session,
            "WHERE gate_id = ? AND op = ? AND state = ? AND expires_at < ? ORDER BY seq",
            terminal_id,
            Op.OPEN.value,
            CommandState.RECEIVED.value,
            at,
        )
