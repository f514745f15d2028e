"""Vendors' terminals on each backend: one serial number each, pins given once, an open handed out once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from access.domain.errors import Conflict
from access.domain.terminals import CardState, Dialect, Terminal, TerminalCard
from access.services import manage_cards
from access.services.remote_open import open_remotely
from access.services.terminals import Registration, register
from access.services.terminals_ask import Asked, ask
from access.services.terminals_orders import fetch
from adapters.db.database import PeeweeDatabase
from tests.estate import build, resident, seed_estate

TERMINAL = Terminal("t" * 16, "CJDE1935", ("a" * 16, "b" * 16), True, "", "10.0.0.0/8")
CARD = TerminalCard(TERMINAL.id, 1, "p" * 16, "c" * 16, b"sealed", 1_000, CardState.PUT, 10)


def test_a_terminal_comes_back_as_it_was_kept(database: PeeweeDatabase) -> None:
    with database.transaction() as stores:
        stores.terminals.add(TERMINAL)
        stores.terminals.set_dialect(TERMINAL.id, Dialect.BIODATA)
        stores.terminals.set_stamp(TERMINAL.id, "61")
        assert [stores.terminals.next_pin(TERMINAL.id) for _ in range(3)] == [1, 2, 3]
    with database.reading() as stores:
        kept = stores.terminals.by_serial("CJDE1935")
        assert kept == replace(TERMINAL, dialect=Dialect.BIODATA, stamp="61")
        assert stores.terminals.get(TERMINAL.id) == kept
        assert stores.terminals.by_serial("cjde1935") is None
    with pytest.raises(Conflict), database.transaction() as stores:
        stores.terminals.add(replace(TERMINAL, id="u" * 16))


def test_cards_are_due_lapse_and_go(database: PeeweeDatabase) -> None:
    drop = replace(CARD, pin=2, credential_id="d" * 16, state=CardState.DROP, due_at=20)
    held = replace(CARD, pin=3, person_id="q" * 16, credential_id="e" * 16, state=CardState.HELD, due_at=0)
    with database.transaction() as stores:
        for card in (CARD, drop, held):
            stores.terminals.save_card(card)
    with database.reading() as stores:
        terminals = stores.terminals
        assert [terminals.due_cards(TERMINAL.id, at, 9) for at in (9, 10, 20)] == [[], [CARD], [drop, CARD]]
        assert terminals.lapsed_cards(TERMINAL.id, 999) == []
        assert terminals.lapsed_cards(TERMINAL.id, 1_000) == [CARD, held]
        assert terminals.cards_of(TERMINAL.id, "q" * 16) == [held]
        assert terminals.card_of(TERMINAL.id, CARD.credential_id) == CARD
        assert terminals.card_of(TERMINAL.id, drop.credential_id) is None
    with database.transaction() as stores:
        stores.terminals.delete_card(TERMINAL.id, 1)
        assert stores.terminals.cards(TERMINAL.id) == [drop, held]
        stores.terminals.remove(TERMINAL.id)
        assert stores.terminals.cards(TERMINAL.id) == []


def test_of_many_polls_at_once_one_is_handed_the_open(database: PeeweeDatabase) -> None:
    wired = build(database)
    house, place = wired.house, seed_estate(wired.house)
    alice = resident(house, place, "alice")
    wanted = Registration("South", "CJDE1935", [place.gate.id], source="10.0.0.0/8")
    terminal = register(house, "cli", place.estate.id, wanted).terminal
    fetch(house, terminal)
    open_remotely(house, alice, place.gate.id, wired.clock.now())
    with ThreadPoolExecutor(8) as pool:
        handed = [order for orders in pool.map(lambda _: fetch(house, terminal), range(16)) for order in orders]
    assert len(handed) == 1


def test_of_the_same_asking_many_times_and_polls_beside_it_one_opens(database: PeeweeDatabase) -> None:
    wired = build(database)
    house, place = wired.house, seed_estate(wired.house)
    manage_cards.add_card(house, place.operations.staff, resident(house, place, "alice"), "12345678")
    wanted = Registration("South", "CJDE1935", [place.gate.id], source="10.0.0.0/8")
    terminal = register(house, "cli", place.estate.id, wanted).terminal
    asked = Asked("12345678", 1, "cardno=12345678\tindex=1")

    def turn(number: int) -> int:
        return int(ask(house, terminal, asked).opens) if number % 2 else len(fetch(house, terminal))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(turn, range(16))) == 1
