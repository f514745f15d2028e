"""The process is killed (SIGKILL) between any two steps of an erasure: nothing is lost and nothing half-said."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from nacl.signing import SigningKey

from access.domain.commands import Op
from access.domain.consent import Channel
from access.domain.errors import Conflict
from access.domain.faces import Match, NoMatch
from access.domain.gates import Gate
from access.domain.outbox import Task
from access.domain.people import KeyKind
from access.domain.times import HOUR
from access.services import erase, outbox, verify_receipt, withdraw
from access.services.consents import face_is_agreed
from access.services.house import House
from adapters.db.database import PeeweeDatabase, open_database
from adapters.db.migrate import migrate
from tests.estate import Place, TestHouse, build, seed_estate
from tests.fakes import FakeClock, picture
from tests.mortal import copied, forget, killed_at
from tests.services.face_life import add_gate, with_face


def gate_answers(house: House, gate: Gate, key: SigningKey) -> bool:
    """The gate takes its open erase commands and sends a receipt for each; whether there were any."""
    with house.db.reading() as stores:
        commands = [c for c in stores.gates.open_commands(gate.id, house.clock.now()) if c.op is Op.ERASE]
    for command in commands:
        holding, at = str(command.args["holding"]), house.clock.now()
        signature = key.sign(f"kaimen.receipt.v1\n{holding}\n{at}".encode()).signature
        erase.gate_receipt(house, gate, holding, at, signature)
    return bool(commands)


def carry_through(house: House, person_id: str, place: Place, gate: Gate, key: SigningKey) -> None:
    """Withdraw unless that is done, then work until nothing is left to do."""
    with suppress(Conflict):  # it was committed before the process was killed
        withdraw.withdraw_face(house, person_id, place.estate.id, Channel.PAGE)
    while outbox.run_once(house):
        pass
    gate_answers(house, gate, key)
    while outbox.run_once(house):
        pass


def check_all_or_nothing(wired: TestHouse, place: Place, person_id: str) -> None:
    """What stands is either before the withdrawal or after it; no certificate before its last receipt."""
    now = wired.clock.now()
    with wired.house.db.reading() as stores:
        begun = stores.erasures.of_person(person_id)
        has_key = stores.people.key(person_id, KeyKind.FACE, place.estate.id) is not None
        assert face_is_agreed(stores, person_id, place.estate.id, now) is has_key is not bool(begun)
        for one in begun:
            whole = all(holding.receipt for holding in stores.erasures.holdings(one.id))
            assert (stores.erasures.certificate(one.id) is not None) is (one.completed_at is not None)
            assert whole or one.completed_at is None
            assert one.completed_at is not None or Task.MESSAGE not in stores.outbox.waiting()
    found = wired.faces.identify(place.estate.id, place.gate.id, [picture("alice")])
    assert found == (NoMatch() if begun else Match(person_id, 0.9, 0.5))


def check_complete(wired: TestHouse, place: Place, person_id: str) -> None:
    with wired.house.db.reading() as stores:
        (erasure,) = stores.erasures.of_person(person_id)
        certificate = stores.erasures.certificate(erasure.id)
        assert not stores.faces.references_of(person_id, place.estate.id)
        assert not stores.outbox.waiting()
        assert not stores.outbox.buried()
    assert certificate is not None
    key = erase.receipt_public_key(wired.house, place.estate.id)
    assert verify_receipt.verify(certificate, key, wired.clock.now()).receipts == 4


def reopened(url: str, at: int) -> TestHouse:
    """The process again, after the leases of the dead one have run out."""
    wired = build(open_database(url))
    wired.clock.at = at
    wired.wechat.wrote("openid-of-alice")
    return wired


def wire(url: str) -> House:
    return reopened(url, FakeClock().now()).house


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database of its own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'kaimen.db'}"
    else:
        server, name = request.getfixturevalue("postgres_url").rpartition("/")[0], f"mortal_{os.getpid()}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        url = f"{server}/{name}"
    database = open_database(url)
    migrate(database)
    database.close()
    return url


@pytest.mark.rule("L12")
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_between_any_two_steps(url: str) -> None:
    database = open_database(url)
    wired = build(database)
    place = seed_estate(wired.house)
    alice = with_face(wired, place, "alice")
    gate, key = add_gate(wired, place)
    database.close()
    steps = 0
    while True:
        copy = copied(url, steps)
        if not killed_at(copy, steps, lambda house: carry_through(house, alice, place, gate, key), wire):
            break
        again = reopened(copy, FakeClock().now())
        check_all_or_nothing(again, place, alice)
        again.clock.advance(HOUR)
        carry_through(again.house, alice, place, gate, key)
        again.clock.advance(HOUR)
        carry_through(again.house, alice, place, gate, key)
        check_complete(again, place, alice)
        assert isinstance(again.house.db, PeeweeDatabase)
        again.house.db.close()
        forget(copy)
        steps += 1
    assert steps > 20
