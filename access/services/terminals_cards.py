"""Which cards a terminal holds, for when the network is down: learnt at a granted tap there, deleted in time.

A terminal knows no schedule of ours and no end of its own. So it is given only cards whose holder may use each of
its doors at any hour, and told to forget each as soon as that changes or ends.
"""

from __future__ import annotations

from dataclasses import replace

from access.domain.credentials import Credential, CredentialStatus
from access.domain.gates import Gate
from access.domain.places import Method
from access.domain.schedules import ALL_DAY, Schedule
from access.domain.terminals import CardState, Terminal, TerminalCard
from access.services.estate_book import EstateBook, live_residencies
from access.services.house import House
from access.stores import Stores


def learn(house: House, terminal: Terminal, credential_id: str, number: str) -> None:
    """A card was granted at the terminal: have it held there if it may be.

    Args:
        number: as the terminal read it, so that it is written back in the terminal's own form.
    """
    now = house.clock.now()
    with house.db.transaction() as stores:
        gate, card = stores.gates.gate(terminal.id), stores.credentials.get(credential_id)
        if gate is None or card is None or stores.terminals.card_of(terminal.id, card.id) is not None:
            return
        until = held_until(house, stores, gate, card, now)
        if until <= now:
            return
        sealed = house.keyring.seal_identity(stores, card.person_id, number)
        pin = stores.terminals.next_pin(terminal.id)
        held = TerminalCard(terminal.id, pin, card.person_id, card.id, sealed, until, CardState.PUT, now)
        stores.terminals.save_card(held)
        stores.audit.append(f"gate:{terminal.id}", "terminal:card:hold", card.id, {}, now)


def review(house: House, stores: Stores, gate: Gate, now: int) -> None:
    """Have forgotten what may not be held any more; read anew whenever the estate's policy has changed."""
    for card in stores.terminals.lapsed_cards(gate.id, now):
        forget(stores, card, now)
    version = stores.places.policy_version(gate.estate_id)
    if version == gate.policy_version:
        return
    for card in stores.terminals.cards(gate.id):
        _review_one(house, stores, gate, card, now)
    stores.gates.set_policy_version(gate.id, version)


def forget(stores: Stores, card: TerminalCard, now: int) -> None:
    """Have the terminal delete a card; one that was never sent just goes."""
    if card.state is CardState.PUT and card.attempts == 0:
        stores.terminals.delete_card(card.terminal_id, card.pin)
    elif card.state is not CardState.DROP:
        dropped = replace(card, state=CardState.DROP, number_sealed=b"", due_at=now, attempts=0)
        stores.terminals.save_card(dropped)


def held_until(house: House, stores: Stores, gate: Gate, card: Credential, now: int) -> int:
    """Until when a terminal may hold a card; 0 for not at all."""
    book = house.books.of(stores, house.keyring, gate.estate_id)
    if card.status is not CredentialStatus.ACTIVE or not card.valid_from <= now:
        return 0
    stays = live_residencies(stores, card.person_id, gate.estate_id, now)
    doors = gate.access_point_ids if stays else frozenset()
    if not doors or not all(_always(book, point_id, book.schedules_for(point_id, stays)) for point_id in doors):
        return 0
    return min(card.valid_to, *(stay.valid_to for stay in stays))


def _review_one(house: House, stores: Stores, gate: Gate, card: TerminalCard, now: int) -> None:
    credential = stores.credentials.get(card.credential_id)
    until = held_until(house, stores, gate, credential, now) if credential else 0
    if until <= now:
        forget(stores, card, now)
    elif card.state is not CardState.DROP and until != card.valid_to:
        stores.terminals.save_card(replace(card, valid_to=until))


def _always(book: EstateBook, point_id: str, schedules: tuple[Schedule, ...]) -> bool:
    """Whether a door takes cards and some rule opens it at every hour of every day."""
    takes_cards = Method.CARD in book.access_points[point_id].methods
    return takes_cards and any(s.weekly == (ALL_DAY,) * 7 and not s.special_days for s in schedules)
