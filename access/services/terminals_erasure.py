"""Erasure at a terminal that cannot sign: what it acknowledged is recorded as that, and as nothing more.

The receipt is signed by the estate's key and says so: ``signed_by`` is ``estate``, and ``basis`` names what it
rests on. It is filed only once no card of the person is outstanding at the terminal.
"""

from __future__ import annotations

from access.domain.commands import Command, CommandState
from access.domain.erasure import Scope
from access.domain.gates import Gate
from access.domain.terminals import Basis
from access.services.erase import terminal_receipt
from access.services.house import House
from access.services.terminals_cards import forget
from access.stores import Stores


def erase(house: House, stores: Stores, gate: Gate, command: Command, now: int) -> None:
    """Carry on with one order to erase, inside the caller's transaction; done once nothing is outstanding."""
    person_id, holding_id = str(command.args["person"]), str(command.args["holding"])
    basis = Basis.NO_FACES
    if command.args.get("scope") == Scope.PERSON:
        for card in stores.terminals.cards_of(gate.id, person_id):
            forget(stores, card, now)
        if stores.terminals.cards_of(gate.id, person_id):
            stores.gates.set_command(command.id, CommandState.RECEIVED, now)
            return
        basis = Basis.ACKNOWLEDGED if command.state is CommandState.RECEIVED else Basis.NOTHING_HELD
    terminal_receipt(house, stores, gate, holding_id, basis, now)
    stores.gates.set_command(command.id, CommandState.DONE, now)
