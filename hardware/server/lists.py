"""The estates' lists as gates get them: whole or as a delta, signed, filtered to what the gate's doors need.

Editions are kept in memory, the newest few; a gate that holds one of them gets a delta, any other the whole.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec

from access.domain.gates import Gate
from access.domain.passes import day_of
from access.services.gate_claims import signing_keys
from access.services.house import House
from access.services.snapshot import Edition, EstateLists, HeldCard, edition, limits, note_version, read_lists
from hardware import wire
from hardware.server.rows import point_row, schedule_row

EDITIONS_KEPT = 6
_HASHES_KEPT = 256

Rows = dict[str, Any]


class ListDesk:
    """Hands out lists. One a process; safe for threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._editions: OrderedDict[Edition, EstateLists] = OrderedDict()
        self._hashes: OrderedDict[tuple[Edition, str, frozenset[str]], str] = OrderedDict()

    def frame(self, gate: Gate, held: tuple[int, int] | None) -> bytes:
        """A signed frame for a gate.

        Args:
            held: (version, instant of issue) of the lists that the gate holds; None for none.
        """
        lists = self._current(gate.estate_id)
        keys = signing_keys(self._house, gate.estate_id)
        if held is not None:
            note_version(self._house, gate, held[0])
            before = self._editions.get(Edition(gate.estate_id, held[0], day_of(held[1])))
            if before is not None:
                return wire.seal_lists(self._delta(gate, before, lists), *keys.current)
        return wire.seal_lists(self._snapshot(gate, lists), *keys.current)

    def _current(self, estate_id: str) -> EstateLists:
        wanted = edition(self._house, estate_id)
        with self._lock:  # a thousand gates ask at once: the lists are read once
            if wanted not in self._editions:
                read = read_lists(self._house, estate_id)
                wanted = read.edition
                self._editions[wanted] = read
                while len(self._editions) > EDITIONS_KEPT:
                    self._editions.popitem(last=False)
            return self._editions[wanted]

    def _snapshot(self, gate: Gate, lists: EstateLists) -> wire.Snapshot:
        until = limits(self._house)
        return wire.Snapshot(
            v=1,
            kind="snapshot",
            gate=gate.id,
            version=lists.edition.version,
            issued=until.issued,
            fresh_until=until.fresh_until,
            offline_until=until.offline_until,
            estate=lists.estate.id,
            estate_number=lists.estate.number,
            timezone=lists.estate.timezone,
            card_key=wire.pack(lists.card_key),
            lists=wire.convert(rows_of(lists, gate.access_point_ids), wire.Lists),
        )

    def _delta(self, gate: Gate, before: EstateLists, after: EstateLists) -> wire.Delta:
        until = limits(self._house)
        changes = []
        if before is not after:
            old, new = rows_of(before, gate.access_point_ids), rows_of(after, gate.access_point_ids)
            changes = [
                self._change(name, old[name], rows, (after.edition, name, gate.access_point_ids))
                for name, rows in new.items()
                if rows != old[name]
            ]
        return wire.Delta(
            v=1,
            kind="delta",
            gate=gate.id,
            from_version=before.edition.version,
            version=after.edition.version,
            issued=until.issued,
            fresh_until=until.fresh_until,
            offline_until=until.offline_until,
            lists=changes,
        )

    def _change(self, name: str, old: Rows, new: Rows, key: tuple[Edition, str, frozenset[str]]) -> wire.ListDelta:
        digest = self._hashes.get(key)
        if digest is None:
            digest = self._hashes[key] = wire.list_hash(new)
            while len(self._hashes) > _HASHES_KEPT:
                self._hashes.popitem(last=False)
        adds = {row: value for row, value in new.items() if old.get(row) != value}
        return wire.ListDelta(name=name, adds=adds, dels=[row for row in old if row not in new], hash=digest)


def rows_of(lists: EstateLists, access_point_ids: frozenset[str]) -> dict[str, Rows]:
    """The lists, as plain rows, cut down to what these access points need to decide."""
    rules = {key: rule for key, rule in lists.rules.items() if rule.access_point_id in access_point_ids}
    schedule_ids = {rule.schedule_id for rule in rules.values()}
    buildings = frozenset(rule.building_id for rule in rules.values())
    return {
        "access_points": {
            key: msgspec.to_builtins(point_row(point))
            for key, point in lists.access_points.items()
            if key in access_point_ids
        },
        "rules": {
            key: {"ap": rule.access_point_id, "schedule": rule.schedule_id, "building": rule.building_id}
            for key, rule in rules.items()
        },
        "schedules": {
            key: schedule_row(schedule) for key, schedule in lists.schedules.items() if key in schedule_ids
        },
        "cards": _cards(lists.cards, buildings),
        "pass_keys": {str(number): wire.pack(key) for number, key in lists.pass_keys.items()},
        "day_keys": {str(day): wire.pack(key) for day, key in lists.day_keys.items()},
        "sets": {
            str(number): sorted(members & access_point_ids)
            for number, members in lists.sets.items()
            if members & access_point_ids
        },
        "revoked_passes": dict(lists.revoked_passes),
    }


def _cards(cards: Mapping[str, HeldCard], buildings: frozenset[str | None]) -> Rows:
    """Cards of those who may use the doors at all: a building's door does not hold the whole estate's cards."""
    return {
        token: [card.credential_id, card.person_id, card.valid_from, card.valid_to, [list(p) for p in card.places]]
        for token, card in cards.items()
        if None in buildings or any(building in buildings for building, _, _ in card.places)
    }
