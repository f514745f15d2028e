"""Many at once, on SQLite and PostgreSQL: one winner for one use, one command for one presentation."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from access.domain.commands import Op
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import HOUR
from access.services import admit, invite_visitor
from adapters.db.database import PeeweeDatabase
from tests.estate import build, resident, seed_estate
from tests.gates import claim_device

THREADS = 16
TRIES = 100


def test_one_visitor_pass_at_a_hundred_readers_lets_one_in(database: PeeweeDatabase) -> None:
    wired = build(database)
    place = seed_estate(wired.house)
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    alice, now = resident(wired.house, place, "alice"), wired.clock.now()
    wish = invite_visitor.Wish(place.estate.id, "", now, now + HOUR, frozenset({place.gate.id}))
    invitation = invite_visitor.invite(wired.house, alice, wish)
    text = invite_visitor.visitor_pass(wired.house, invitation.secret).text
    with ThreadPoolExecutor(THREADS) as pool:
        events = list(pool.map(lambda _: device.present(place.gate.id, Method.QR, text), range(TRIES)))
    assert Counter(event.reason for event in events) == {None: 1, Reason.USED: TRIES - 1}
    with database.reading() as stores:
        commands = stores.gates.open_commands(device.gate.id, wired.clock.now())
        issued = stores.passes.get(invitation.id)
    assert issued is not None
    assert issued.uses_taken == 1
    assert Counter(command.op for command in commands) == {Op.OPEN: 1, Op.DENY: TRIES - 1}
    assert [command.seq for command in commands] == list(range(1, TRIES + 1))


def test_one_presentation_sent_many_times_is_decided_once(database: PeeweeDatabase) -> None:
    wired = build(database)
    place = seed_estate(wired.house)
    device = claim_device(wired.house, place.estate.id, place.gate.id)
    alice, now = resident(wired.house, place, "alice"), wired.clock.now()
    wish = invite_visitor.Wish(place.estate.id, "", now, now + HOUR, frozenset({place.gate.id}))
    invitation = invite_visitor.invite(wired.house, alice, wish)
    text = invite_visitor.visitor_pass(wired.house, invitation.secret).text
    shown = device.show(place.gate.id, Method.QR, text)
    with ThreadPoolExecutor(THREADS) as pool:
        events = set(pool.map(lambda _: admit.present(wired.house, device.gate, shown), range(TRIES)))
    (event,) = events
    assert event.granted
    with database.reading() as stores:
        (command,) = stores.gates.open_commands(device.gate.id, wired.clock.now())
        issued = stores.passes.get(invitation.id)
    assert issued is not None
    assert (command.op, command.args["event"], issued.uses_taken) == (Op.OPEN, event.id, 1)
