"""A gate's stream: what it begins with, what comes by, and how it ends."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from nacl.signing import SigningKey

from access.domain.gates import Gate
from access.domain.places import Method
from access.ports import StreamEnded
from access.services import gate_claims
from access.services.house import House
from access.services.rotate_keys import rotate_keys
from adapters.gatelink.fanout import QUEUE_LENGTH
from adapters.gatelink.outbox import OutboxLink
from hardware import wire
from hardware.server.link import Link
from hardware.server.stream import DEAD_AFTER_MS, create_link_app, events, notice_dead_gates
from tests.estate import Place, TestHouse
from tests.gates import Device, claim_device


class Heard:
    """Reads a stream event by event."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks

    def next(self) -> tuple[str, Any]:
        name, data = next(self.chunks).decode().strip().split("\n")
        return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    def until(self, name: str) -> Any:
        while True:
            heard, data = self.next()
            if heard == name:
                return data

    def close(self) -> None:
        self.chunks.close()  # type: ignore[attr-defined]


@pytest.fixture
def device(wired: TestHouse, place: Place) -> Device:
    return claim_device(wired.house, place.estate.id, place.gate.id, online=False)


@pytest.fixture
def feed(wired: TestHouse) -> Iterator[OutboxLink]:
    feed = OutboxLink(wired.house.db)
    yield feed
    feed.stop()


@pytest.fixture
def link(wired: TestHouse, feed: OutboxLink) -> Iterator[Link]:
    link = Link(wired.house, feed)
    yield link
    link.stop()


def stored(house: House, gate_id: str) -> Gate:
    with house.db.reading() as stores:
        gate = stores.gates.gate(gate_id)
    assert gate is not None
    return gate


def keys(wired: TestHouse, place: Place) -> dict[str, bytes]:
    live = gate_claims.signing_keys(wired.house, place.estate.id).live
    return {key_id: bytes(SigningKey(seed).verify_key) for key_id, seed in live.items()}


def test_it_begins_with_time_keys_and_what_waits(
    wired: TestHouse, place: Place, device: Device, link: Link
) -> None:
    event = device.present(place.gate.id, Method.CARD, "04A1B2C3")
    heard = Heard(events(link, device.gate))
    name, now = heard.next()
    with wired.house.db.reading() as stores:
        version = stores.places.policy_version(place.estate.id)
    assert (name, now) == ("time", {"now": wired.clock.now(), "version": version})
    name, certificates = heard.next()
    assert name == "keys"
    root = gate_claims.signing_keys(wired.house, place.estate.id).root_key
    assert all(wire.certified_key(wire.convert(c, wire.SigningKeyCertificate), root) for c in certificates)
    name, frame = heard.next()
    body = wire.open_command(json.dumps(frame).encode(), keys(wired, place))
    assert (name, body.op, body.args["event"], body.gate) == ("command", "deny", event.id, device.gate.id)
    heard.close()


def test_a_committed_command_comes_by(wired: TestHouse, place: Place, device: Device, link: Link) -> None:
    heard = Heard(events(link, device.gate))
    heard.until("keys")
    event = device.present(place.gate.id, Method.CARD, "04A1B2C3")
    body = wire.open_command(json.dumps(heard.until("command")).encode(), keys(wired, place))
    assert (body.args["event"], body.seq) == (event.id, 1)
    heard.close()


def test_a_gate_hears_its_own_commands_alone(wired: TestHouse, place: Place, device: Device, link: Link) -> None:
    other = claim_device(wired.house, place.estate.id, place.gate.id)
    heard = Heard(events(link, device.gate))
    heard.until("keys")
    other.present(place.gate.id, Method.CARD, "04A1B2C3")
    mine = device.present(place.gate.id, Method.CARD, "04A1B2C3")
    assert heard.until("command")["body"]["args"]["event"] == mine.id
    heard.close()


def test_a_grown_policy_is_told_at_once(wired: TestHouse, place: Place, device: Device, link: Link) -> None:
    heard = Heard(events(link, device.gate))
    before = heard.until("time")["version"]
    heard.until("keys")
    waker = device.present(place.gate.id, Method.CARD, "04A1B2C3")
    assert heard.until("command")["body"]["args"]["event"] == waker.id
    with wired.house.db.transaction() as stores:
        grown = stores.places.bump_policy(place.estate.id)
    assert grown == before + 1
    while heard.until("time")["version"] != grown:
        pass
    heard.close()


def test_presence_follows_the_stream(wired: TestHouse, place: Place, device: Device, link: Link) -> None:
    assert not stored(wired.house, device.gate.id).streaming
    heard = Heard(events(link, device.gate))
    heard.next()
    assert stored(wired.house, device.gate.id).is_online(wired.clock.now())
    again = Heard(events(link, device.gate))
    again.next()
    heard.close()
    assert stored(wired.house, device.gate.id).streaming
    again.close()
    assert not stored(wired.house, device.gate.id).streaming


def test_a_stopping_process_says_bye(wired: TestHouse, device: Device, link: Link) -> None:
    heard = Heard(events(link, device.gate))
    heard.until("keys")
    link.stop()
    heard.until("bye")
    with pytest.raises(StopIteration):
        heard.next()
    assert not stored(wired.house, device.gate.id).streaming
    late = Heard(events(link, device.gate))
    late.until("bye")


def test_a_revoked_gates_stream_ends(wired: TestHouse, device: Device, link: Link) -> None:
    heard = Heard(events(link, device.gate))
    heard.until("keys")
    gate_claims.revoke_gate(wired.house, "operator", device.gate.id)
    with pytest.raises(StopIteration):
        heard.next()


def test_a_gate_that_does_not_keep_up_is_ended_and_loses_nothing(
    wired: TestHouse, place: Place, device: Device, link: Link
) -> None:
    slow = link.feed.open(device.gate.id, device.gate.estate_id)
    heard = Heard(events(link, device.gate))
    heard.until("keys")
    sent = [device.present(place.gate.id, Method.CARD, "04A1B2C3").id for _ in range(QUEUE_LENGTH + 1)]
    told = [heard.until("command")["body"]["args"]["event"] for _ in sent]
    assert told == sent
    heard.close()
    assert slow.take(0) == StreamEnded()
    again = Heard(events(link, device.gate))
    again.until("keys")
    assert [again.next()[1]["body"]["args"]["event"] for _ in sent] == sent
    again.close()


def test_the_stream_asks_for_a_token(wired: TestHouse, place: Place, device: Device, feed: OutboxLink) -> None:
    client = create_link_app(wired.house, feed).test_client()
    refused = client.get("/gate/v1/stream")
    assert (refused.status_code, refused.json["code"]) == (401, "gate.auth")  # type: ignore[index]
    assert client.get("/healthz").status_code == 200
    token = gate_claims.exchange_token(wired.house, device.gate.id, device.signed())
    answer = client.get("/gate/v1/stream", headers={"Authorization": f"Bearer {token.text}"}, buffered=False)
    assert answer.mimetype == "text/event-stream"
    assert next(iter(answer.response)).startswith(b"event: time")
    answer.close()


def test_a_rotated_key_is_told_and_signs_from_then_on(
    wired: TestHouse, place: Place, device: Device, link: Link
) -> None:
    heard = Heard(events(link, device.gate))
    heard.until("keys")
    before = gate_claims.signing_keys(wired.house, place.estate.id).current[0]
    number = rotate_keys(wired.house, "operator", place.estate.id)
    certificates = wire.convert(heard.until("keys"), list[wire.SigningKeyCertificate])
    root = gate_claims.signing_keys(wired.house, place.estate.id).root_key
    live = {certificate.id: wire.certified_key(certificate, root) for certificate in certificates}
    assert list(live) == [f"c{number}", before]
    device.present(place.gate.id, Method.CARD, "04A1B2C3")
    frame = heard.until("command")
    assert frame["key"] == f"c{number}"
    wire.open_command(json.dumps(frame).encode(), live)
    heard.close()


def test_a_connection_to_a_vanished_gate_breaks_in_half_a_minute() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        notice_dead_gates(SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listening)]))
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == DEAD_AFTER_MS
