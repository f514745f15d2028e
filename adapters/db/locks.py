"""Advisory locks of PostgreSQL. SQLite has one writer at a time and needs none."""

from __future__ import annotations

from adapters.db.session import Session

_CLASS = 0x6B61
"""Keeps our lock numbers apart from those of others in the same database."""
_COMMANDS = 1
_AUDIT = 2


def hold_commands(session: Session) -> None:
    """Say that this transaction adds commands; any number of transactions may.

    PostgreSQL gives out row ids when a row is inserted and shows rows when their transaction commits, so a
    reader that goes by row id could see 7, note it, and never see 6, committed a moment later.
    """
    if session.postgres:
        session.one("SELECT pg_advisory_xact_lock_shared(?, ?)", _CLASS, _COMMANDS)


def await_commands(session: Session) -> None:
    """Wait for every transaction that is adding commands; what is read next has no gap left to fill."""
    if session.postgres:
        session.one("SELECT pg_advisory_xact_lock(?, ?)", _CLASS, _COMMANDS)


def hold_audit(session: Session) -> None:
    """One transaction at a time adds to the audit chain, from here to its end."""
    if session.postgres:
        session.one("SELECT pg_advisory_xact_lock(?, ?)", _CLASS, _AUDIT)
