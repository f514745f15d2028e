"""The estates' lists as gates get them: whole or as a delta, signed, filtered to what the gate's doors need."""

from __future__ import annotations

import msgspec

from access.domain.gates import Gate
from access.domain.passes import day_of
from access.services.gate_claims import signing_keys
from access.services.house import House
from access.services.snapshot import Edition, EstateLists, limits, note_version
from hardware import wire
from hardware.server.editions import Buildings, Editions, Rows, card_row, card_rows, matters
from hardware.server.rows import point_row, schedule_row


class ListDesk:
    """Hands out lists. One a process; safe for threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._editions = Editions(house)

    def frame(self, gate: Gate, held: tuple[int, int] | None) -> bytes:
        """A signed frame for a gate: a delta where what it holds is still in memory here, else the whole.

        Args:
            held: (version, instant of issue) of the lists that the gate holds; None for none.
        """
        lists = self._editions.current(gate.estate_id)
        keys = signing_keys(self._house, gate.estate_id)
        if held is not None:
            note_version(self._house, gate, held[0])
            before = self._editions.held(Edition(gate.estate_id, held[0], day_of(held[1])))
            if before is not None:
                return wire.seal_lists(self._delta(gate, before, lists), *keys.current)
        return wire.seal_lists(self._snapshot(gate, lists), *keys.current)

    def _snapshot(self, gate: Gate, lists: EstateLists) -> wire.Snapshot:
        until = limits(self._house)
        points = gate.access_point_ids
        rows = small_rows(lists, points) | {"cards": card_rows(lists, buildings_of(lists, points))}
        rows["edge_faces"] = edge_rows(lists, gate.id)
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
            lists=wire.convert(rows, wire.Lists),
        )

    def _delta(self, gate: Gate, before: EstateLists, after: EstateLists) -> wire.Delta:
        until = limits(self._house)
        return wire.Delta(
            v=1,
            kind="delta",
            gate=gate.id,
            from_version=before.edition.version,
            version=after.edition.version,
            issued=until.issued,
            fresh_until=until.fresh_until,
            offline_until=until.offline_until,
            lists=[] if before is after else self._changes(gate, before, after),
        )

    def _changes(self, gate: Gate, before: EstateLists, after: EstateLists) -> list[wire.ListDelta]:
        points = gate.access_point_ids
        old = small_rows(before, points) | {"edge_faces": edge_rows(before, gate.id)}
        new = small_rows(after, points) | {"edge_faces": edge_rows(after, gate.id)}
        changes = [_change(name, old[name], rows) for name, rows in new.items() if rows != old[name]]
        cards = self._card_change(before, after, buildings_of(before, points), buildings_of(after, points))
        return changes if cards is None else [*changes, cards]

    def _card_change(
        self, before: EstateLists, after: EstateLists, buildings_then: Buildings, buildings_now: Buildings
    ) -> wire.ListDelta | None:
        if buildings_then != buildings_now:  # the doors' rules changed: rare, so compared in full
            old, new = card_rows(before, buildings_then), card_rows(after, buildings_now)
            return None if old == new else _change("cards", old, new)
        adds: Rows = {}
        dels = []
        for token, (card_then, card_now) in self._editions.card_changes(before, after).items():
            if card_now is not None and matters(card_now, buildings_now):
                adds[token] = card_row(card_now)
            elif matters(card_then, buildings_then):
                dels.append(token)
        if not adds and not dels:
            return None
        digest = self._editions.card_hash(after, buildings_now)
        return wire.ListDelta(name="cards", adds=adds, dels=dels, hash=digest)


def small_rows(lists: EstateLists, points: frozenset[str]) -> dict[str, Rows]:
    """Every list but the cards, cut down to what these access points need to decide."""
    rules = {key: rule for key, rule in lists.rules.items() if rule.access_point_id in points}
    schedule_ids = {rule.schedule_id for rule in rules.values()}
    return {
        "access_points": {
            key: msgspec.to_builtins(point_row(point, lists.areas, lists.duress_token))
            for key, point in lists.access_points.items()
            if key in points
        },
        "rules": {
            key: {"ap": rule.access_point_id, "schedule": rule.schedule_id, "building": rule.building_id}
            for key, rule in rules.items()
        },
        "schedules": {
            key: schedule_row(schedule) for key, schedule in lists.schedules.items() if key in schedule_ids
        },
        "pass_keys": {str(number): wire.pack(key) for number, key in lists.pass_keys.items()},
        "day_keys": {str(day): wire.pack(key) for day, key in lists.day_keys.items()},
        "sets": {
            str(number): sorted(members & points) for number, members in lists.sets.items() if members & points
        },
        "revoked_passes": lists.revoked_passes,
    }


def edge_rows(lists: EstateLists, gate_id: str) -> Rows:
    """The faces that stay in this gate: whose they are and where they live, nothing of the faces."""
    return {key: card_row(held.face) for key, held in lists.edge_faces.items() if held.gate_id == gate_id}


def buildings_of(lists: EstateLists, points: frozenset[str]) -> Buildings:
    """Whose residents the rules of these access points name; None for the whole estate's."""
    return frozenset(rule.building_id for rule in lists.rules.values() if rule.access_point_id in points)


def _change(name: str, old: Rows, new: Rows) -> wire.ListDelta:
    adds = {row: value for row, value in new.items() if old.get(row) != value}
    return wire.ListDelta(
        name=name, adds=adds, dels=[row for row in old if row not in new], hash=wire.list_hash(new)
    )
