"""Reads the SQL outbox: commands in the order they were committed, and the policy versions of estates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from access.domain.commands import Command
from access.stores import Database

_AT_ONCE = 500


class CommandTail:
    """A place in the outbox. It begins at its end: what stands there before is sent on connecting."""

    def __init__(self, db: Database) -> None:
        self._db = db
        with db.reading() as stores:
            self._row = stores.gates.last_command_row()
        self._versions: dict[str, int] = {}

    def look(self, estate_ids: Iterable[str]) -> tuple[Sequence[Command], dict[str, int]]:
        """What is new since the last look.

        Returns:
            Commands, at most 500 (look again for more); and the policy versions of those estates whose version
            is another one than before, or was not known.
        """
        with self._db.reading() as stores:
            rows = stores.gates.commands_after(self._row, _AT_ONCE)
            versions = {estate_id: stores.places.policy_version(estate_id) for estate_id in estate_ids}
        if rows:
            self._row = rows[-1][0]
        grown = {
            estate_id: version
            for estate_id, version in versions.items()
            if self._versions.get(estate_id) != version
        }
        self._versions.update(grown)
        return [command for _, command in rows], grown
