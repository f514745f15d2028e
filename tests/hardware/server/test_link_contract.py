"""What every link holds, whatever carries it: the SQL outbox, Redis streams, MQTT over TLS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from access.domain.commands import OPEN_LIFE, CommandState, Op
from access.domain.gates import Gate
from access.domain.places import Method
from access.services import gate_claims
from access.services.gate_commands import Acknowledgement, acknowledge
from access.services.house import House
from adapters.db.database import PeeweeDatabase, open_database
from adapters.gatelink.mqtt import MqttTransport
from adapters.gatelink.outbox import OutboxLink
from adapters.gatelink.redis_streams import RedisStreamsLink, connect
from app.clock import SystemClock
from hardware import wire
from hardware.server.broker import BrokerBridge
from hardware.server.link import Link
from tests.estate import Place, TestHouse
from tests.gates import Device, claim_device
from tests.hardware.server.heard import BrokerEar, Ear, StreamEar, until
from tests.mosquitto import Running, mosquitto

CARD = "04A1B2C3"


class Carrier:
    """One way for commands to reach gates: the link process' part, and a gate's ear."""

    def __init__(self, house: House, link: Link, stop: Callable[[], None], ear: Callable[[Device], Ear]) -> None:
        self.house = house
        self.link = link
        self.stop = stop
        self.ear = ear


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with mosquitto(tmp_path_factory.mktemp("mosquitto"), SystemClock().now()) as running:
        yield running


@pytest.fixture
def wired_now(wired: TestHouse) -> TestHouse:
    """By the system's time, which certificates and the broker keep too."""
    wired.clock.at = SystemClock().now()
    return wired


@pytest.fixture
def link_database(tmp_path: Path, wired: TestHouse) -> Iterator[PeeweeDatabase]:
    """The link process' own handle on the same file."""
    database = open_database(f"sqlite:///{tmp_path / 'kaimen.db'}")
    yield database
    database.close()


@pytest.fixture(params=["outbox", "redis", "mqtt"])
def carrier(
    request: pytest.FixtureRequest, wired_now: TestHouse, link_database: PeeweeDatabase
) -> Iterator[Carrier]:
    linked = replace(wired_now.house, db=link_database)
    made = {"outbox": _outbox, "redis": _redis, "mqtt": _mqtt}[request.param](request, wired_now.house, linked)
    yield made
    made.stop()


def _outbox(request: pytest.FixtureRequest, house: House, linked: House) -> Carrier:
    link = Link(linked, OutboxLink(linked.db))
    return Carrier(house, link, link.stop, lambda device: StreamEar(link, device))


def _redis(request: pytest.FixtureRequest, house: House, linked: House) -> Carrier:
    url = request.getfixturevalue("redis_url")
    link = Link(linked, RedisStreamsLink(linked.db, connect(url)))
    waking = replace(house, gatelink=RedisStreamsLink(house.db, connect(url)))
    return Carrier(waking, link, link.stop, lambda device: StreamEar(link, device))


def _mqtt(request: pytest.FixtureRequest, house: House, linked: House) -> Carrier:
    running = request.getfixturevalue("broker")
    link = Link(linked, OutboxLink(linked.db))
    bridge = BrokerBridge(link, MqttTransport(running.broker))
    bridge.start()
    return Carrier(house, link, bridge.stop, lambda device: BrokerEar(running, device))


@pytest.fixture
def device(carrier: Carrier, place: Place) -> Device:
    return claim_device(carrier.house, place.estate.id, place.gate.id, online=False)


def keys(carrier: Carrier, place: Place) -> dict[str, bytes]:
    live = gate_claims.signing_keys(carrier.house, place.estate.id).live
    return {key_id: bytes(SigningKey(seed).verify_key) for key_id, seed in live.items()}


def command(ear: Ear) -> Any:
    return until(ear, "command")["body"]


def stored(carrier: Carrier, gate_id: str) -> Gate:
    with carrier.house.db.reading() as stores:
        gate = stores.gates.gate(gate_id)
    assert gate is not None
    return gate


def present(device: Device, place: Place) -> str:
    """Something that is denied: its command moves nothing and arrives like any other. The event's id."""
    return device.present(place.gate.id, Method.CARD, CARD).id


def test_a_gate_first_hears_the_time_and_the_keys(carrier: Carrier, place: Place, device: Device) -> None:
    ear = carrier.ear(device)
    name, now = ear.next()
    with carrier.house.db.reading() as stores:
        version = stores.places.policy_version(place.estate.id)
    assert (name, now) == ("time", {"now": carrier.house.clock.now(), "version": version})
    name, certificates = ear.next()
    assert name == "keys"
    root = gate_claims.signing_keys(carrier.house, place.estate.id).root_key
    told = wire.convert(certificates, list[wire.SigningKeyCertificate])
    assert {c.id: wire.certified_key(c, root) for c in told} == keys(carrier, place)
    ear.close()


def test_commands_arrive_once_in_order_and_at_their_own_gate(
    carrier: Carrier, place: Place, device: Device
) -> None:
    other = claim_device(carrier.house, place.estate.id, place.gate.id, online=False)
    ears = [carrier.ear(device), carrier.ear(other)]
    for ear in ears:
        until(ear, "keys")
    sent = [present(device, place) for _ in range(20)]
    theirs = present(other, place)
    frames = [until(ears[0], "command") for _ in sent]
    bodies = [wire.open_command(json.dumps(frame).encode(), keys(carrier, place)) for frame in frames]
    assert [body.args["event"] for body in bodies] == sent
    assert [body.seq for body in bodies] == list(range(1, 21))
    assert command(ears[1])["args"]["event"] == theirs
    for ear in ears:
        ear.close()


def test_many_commands_committed_at_once_all_arrive_in_order(carrier: Carrier, device: Device) -> None:
    ear = carrier.ear(device)
    until(ear, "keys")
    now, many = carrier.house.clock.now(), 100
    with carrier.house.db.transaction() as stores:
        for n in range(many):
            args: dict[str, object] = {"event": f"{n:016x}", "reason": "unknown"}
            stores.gates.issue(device.gate, Op.DENY, None, args, now, now + OPEN_LIFE, "x")
    assert [command(ear)["seq"] for _ in range(many)] == list(range(1, many + 1))
    ear.close()


def test_what_was_rolled_back_is_never_sent(carrier: Carrier, place: Place, device: Device) -> None:
    ear = carrier.ear(device)
    until(ear, "keys")

    def fail() -> None:
        with carrier.house.db.transaction() as stores:
            event = device.show(place.gate.id, Method.CARD).id
            now = carrier.house.clock.now()
            stores.gates.issue(device.gate, Op.OPEN, place.gate.id, {"event": event}, now, now + OPEN_LIFE, "x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    committed = present(device, place)
    body = command(ear)
    assert (body["args"]["event"], body["seq"]) == (committed, 1)
    ear.close()


def test_a_gate_that_comes_back_hears_what_is_unanswered_and_not_too_late(
    carrier: Carrier, wired_now: TestHouse, place: Place, device: Device
) -> None:
    late = present(device, place)
    wired_now.clock.advance(OPEN_LIFE)
    done, waiting = present(device, place), present(device, place)
    with carrier.house.db.reading() as stores:
        answered = stores.gates.open_commands(device.gate.id, carrier.house.clock.now())[0]
    assert answered.args["event"] == done
    ack = Acknowledgement(answered.id, answered.epoch, answered.seq, CommandState.DONE, carrier.house.clock.now())
    assert acknowledge(carrier.house, device.gate, [ack]) == 1
    for _ in range(2):
        ear = carrier.ear(device)
        until(ear, "keys")
        heard = command(ear)["args"]["event"]
        assert heard == waiting
        assert heard not in (late, done)
        ear.close()


def test_a_grown_policy_is_told(carrier: Carrier, place: Place, device: Device) -> None:
    ear = carrier.ear(device)
    until(ear, "keys")
    with carrier.house.db.transaction() as stores:
        grown = stores.places.bump_policy(place.estate.id)
    while until(ear, "time")["version"] != grown:
        pass
    ear.close()


def test_a_gate_is_there_while_it_is_connected(carrier: Carrier, device: Device) -> None:
    assert not stored(carrier, device.gate.id).streaming
    ear = carrier.ear(device)
    until(ear, "keys")
    assert stored(carrier, device.gate.id).is_online(carrier.house.clock.now())
    ear.close()
    carrier.stop()
    assert not stored(carrier, device.gate.id).streaming


def test_a_revoked_gate_hears_nothing_more(carrier: Carrier, place: Place, device: Device) -> None:
    witness = claim_device(carrier.house, place.estate.id, place.gate.id, online=False)
    ear, other = carrier.ear(device), carrier.ear(witness)
    for one in (ear, other):
        until(one, "keys")
    gate_claims.revoke_gate(carrier.house, "operator", device.gate.id)
    with carrier.house.db.transaction() as stores:
        stores.places.bump_policy(place.estate.id)
    present(witness, place)
    command(other)
    carrier.stop()
    assert {name for name, _ in ear.rest()} <= {"time"}  # the talk ended without a word: no command, no bye
    assert until(other, "bye") == {}


def test_a_process_that_goes_says_bye(carrier: Carrier, device: Device) -> None:
    ear = carrier.ear(device)
    until(ear, "keys")
    carrier.stop()
    assert until(ear, "bye") == {}
