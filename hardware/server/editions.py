"""Editions of the estates' lists kept in memory, and what differs between two of them.

A change of policy is read once; each of a thousand gates then costs its own few rows and a signature.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeVar

from access.services.house import House
from access.services.snapshot import Edition, EstateLists, HeldCard, edition, read_lists
from hardware import wire

Rows = dict[str, Any]
Buildings = frozenset[str | None]
CardChanges = dict[str, tuple[HeldCard | None, HeldCard | None]]
"""Before and after, by token."""

EDITIONS_KEPT = 6
_KEPT = 512

V = TypeVar("V")


class Editions:
    """One a process; safe for threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.RLock()
        self._lists: OrderedDict[Edition, EstateLists] = OrderedDict()
        self._made: OrderedDict[Hashable, Any] = OrderedDict()

    def current(self, estate_id: str) -> EstateLists:
        """The lists that hold now."""
        with self._lock:  # a thousand gates ask at once: the lists are read once
            wanted = edition(self._house, estate_id)
            if wanted not in self._lists:
                read = read_lists(self._house, estate_id)
                wanted = read.edition
                self._lists[wanted] = self._sharing(read)
                while len(self._lists) > EDITIONS_KEPT:
                    self._lists.popitem(last=False)
            return self._lists[wanted]

    def held(self, wanted: Edition) -> EstateLists | None:
        """An older edition, where it is still in memory."""
        with self._lock:
            return self._lists.get(wanted)

    def card_changes(self, before: EstateLists, after: EstateLists) -> CardChanges:
        """Cards that differ between two editions, for the whole estate."""
        return self._once(("changes", before.edition, after.edition), lambda: _changes(before.cards, after.cards))

    def card_hash(self, lists: EstateLists, buildings: Buildings) -> str:
        """`wire.list_hash` of the cards that matter to some buildings."""
        key = ("hash", lists.edition, buildings)
        return self._once(key, lambda: wire.list_hash(card_rows(lists, buildings)))

    def _sharing(self, read: EstateLists) -> EstateLists:
        """The same lists, with the cards that did not change being those of the edition before."""
        last = next((old for old in reversed(self._lists.values()) if old.estate.id == read.estate.id), None)
        if last is None:
            return read
        held = last.cards
        cards = {token: held[token] if held.get(token) == card else card for token, card in read.cards.items()}
        return replace(read, cards=cards)

    def _once(self, key: Hashable, make: Callable[[], V]) -> V:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
                while len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            made: V = self._made[key]
            return made


def card_rows(lists: EstateLists, buildings: Buildings) -> Rows:
    """The cards of those who may use the doors at all: a building's door does not hold the whole estate's."""
    return {token: card_row(card) for token, card in lists.cards.items() if matters(card, buildings)}


def card_row(card: HeldCard) -> list[Any]:
    """`wire.CardRow` as it is written."""
    places = [list(place) for place in card.places]
    return [card.credential_id, card.person_id, card.valid_from, card.valid_to, places]


def matters(card: HeldCard | None, buildings: Buildings) -> bool:
    """Whether the holder lives where these doors may be used; None in `buildings` is the whole estate."""
    if card is None:
        return False
    return None in buildings or any(building in buildings for building, _, _ in card.places)


def _changes(before: dict[str, HeldCard], after: dict[str, HeldCard]) -> CardChanges:
    changed: CardChanges = {
        token: (before.get(token), card) for token, card in after.items() if before.get(token) is not card
    }
    gone: CardChanges = {token: (card, None) for token, card in before.items() if token not in after}
    return changed | gone
