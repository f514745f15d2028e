"""What gates ask over a broker: carried to the very API that HTTPS reaches, and nothing else is."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from nacl.signing import SigningKey
from werkzeug.serving import WSGIRequestHandler, make_server

from access.domain.ids import new_id
from access.services.gate_claims import revoke_gate, signing_keys
from hardware import wire
from hardware.server.api_client import ApiClient
from hardware.server.uplink import MOST_OF_ONE, Uplink
from hardware.tunnel import MAX_DOWN, MAX_UP, Answer, Request, Seal
from tests.estate import Place, TestHouse
from tests.gates import Device, claim_device
from tests.hardware.server.conftest import Api

WAIT_SECONDS = 20
REFERENCE = bytes(range(16))


class Counting:
    """The real gate API behind a socket; says what reached it."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.paths: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.paths.append(environ["PATH_INFO"])
        return self._app(environ, start_response)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its URL; connections are kept open, as gunicorn keeps them."""
        server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=KeepingOpen)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class KeepingOpen(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"


@dataclass
class Broker:
    """A gate's side, without a broker between."""

    uplink: Uplink
    api: Counting
    wired: TestHouse
    answers: queue.Queue[tuple[str, bytes, bytes]] = field(default_factory=queue.Queue)

    def seal(self, device: Device) -> Seal:
        root = signing_keys(self.wired.house, device.gate.estate_id).root_key
        return Seal(bytes(device.key), root)

    def sealed(self, device: Device, path: str, body: bytes, method: str = "POST") -> bytes:
        signed = device.headers(method, path, body)
        headers = {name.lower(): value for name, value in signed.items()}
        head = Request(REFERENCE.hex(), "GET" if method == "GET" else "POST", path, "", headers)
        return self.seal(device).close(head, body)

    def ask(self, device: Device, path: str, message: Any, method: str = "POST") -> tuple[int, Any]:
        body = b"" if method == "GET" else json.dumps(message).encode()
        self.uplink.take(device.gate.id, REFERENCE, self.sealed(device, path, body, method))
        return self.answer(device)

    def answer(self, device: Device) -> tuple[int, Any]:
        gate_id, correlation, sealed = self.answers.get(timeout=WAIT_SECONDS)
        assert (gate_id, correlation) == (device.gate.id, REFERENCE)
        head, content = self.seal(device).open(sealed, Answer, MAX_DOWN)
        assert head.reference == REFERENCE.hex()
        return head.status, json.loads(content) if content else None

    def ends(self) -> list[tuple[str, bytes, bytes]]:
        """Everything answered once all that was taken is done."""
        self.uplink.stop()
        return list(self.answers.queue)


@pytest.fixture
def broker(wired: TestHouse, api: Api) -> Iterator[Broker]:
    counting = Counting(api.client.application)
    with counting.served() as url:
        client = ApiClient(url, WAIT_SECONDS)
        made = Broker(Uplink(wired.house, client, lambda *said: made.answers.put(said[:3])), counting, wired)
        yield made
        made.uplink.stop()


def shown(place: Place, **changes: Any) -> dict[str, Any]:
    fields = {"id": new_id(), "access_point_id": place.gate.id, "method": "card", "payload": "04A1B2C3", "at": 0}
    return fields | changes


def test_a_gate_needs_the_broker_alone(broker: Broker, api: Api, place: Place) -> None:
    device, wired = api.device, broker.wired
    status, told = broker.ask(device, "/gate/v1/token", {})
    assert status == 200
    device.token = told["token"]
    status, told = broker.ask(device, "/gate/v1/presentations", shown(place, at=wired.clock.now()))
    assert (status, told["reason"]) == (202, "unknown")
    event = {"seq": 1, "at": wired.clock.now(), "kind": "exit", "body": {"ap": place.gate.id}}
    event["hash"] = wire.event_hash(wire.GENESIS, 1, wire.convert(event | {"hash": wire.GENESIS}, wire.LogEvent))
    upload = {"epoch": 1, "previous": wire.GENESIS, "events": [event]}
    assert broker.ask(device, "/gate/v1/events", upload) == (200, {"acked": 1})
    with wired.house.db.reading() as stores:
        command = stores.gates.open_commands(device.gate.id, wired.clock.now())[0]
    ack = {"id": command.id, "epoch": command.epoch, "seq": command.seq, "state": "done", "at": wired.clock.now()}
    assert broker.ask(device, "/gate/v1/acks", {"acks": [ack]}) == (204, None)
    status, lists = broker.ask(device, "/gate/v1/snapshot", None, "GET")
    assert (status, lists["body"]["kind"]) == (200, "snapshot")


def test_a_message_delivered_twice_is_carried_once(broker: Broker, api: Api, place: Place) -> None:
    body = json.dumps(shown(place, at=broker.wired.clock.now())).encode()
    sealed = broker.sealed(api.device, "/gate/v1/presentations", body)
    for _ in range(3):
        broker.uplink.take(api.device.gate.id, REFERENCE, sealed)
    assert len(broker.ends()) == 1
    assert broker.api.paths == ["/gate/v1/presentations"]


def test_a_request_sealed_anew_is_decided_once(broker: Broker, api: Api, place: Place) -> None:
    same = shown(place, at=broker.wired.clock.now())
    first, again = (broker.ask(api.device, "/gate/v1/presentations", same) for _ in range(2))
    assert first == again
    with broker.wired.house.db.reading() as stores:
        assert len(stores.gates.open_commands(api.device.gate.id, broker.wired.clock.now())) == 1


def test_forged_truncated_and_oversized_messages_reach_nobody(broker: Broker, api: Api, place: Place) -> None:
    device, path = api.device, "/gate/v1/presentations"
    other = claim_device(broker.wired.house, place.estate.id, place.gate.id, online=False)
    stranger = Seal(bytes(SigningKey.generate()), signing_keys(broker.wired.house, place.estate.id).root_key)
    good = broker.sealed(device, path, json.dumps(shown(place)).encode())
    flipped = good[:-1] + bytes([good[-1] ^ 1])
    head = Request(REFERENCE.hex(), "POST", path)
    for bad in (b"", b"x" * 24, good[:-1], good[:40], flipped, bytes(MAX_UP + 1), stranger.close(head, b"{}")):
        broker.uplink.take(device.gate.id, REFERENCE, bad)
    broker.uplink.take(other.gate.id, REFERENCE, good)  # under another gate's topic
    broker.uplink.take("f" * 16, REFERENCE, good)
    assert broker.ends() == []
    assert broker.api.paths == []


@pytest.mark.parametrize("path", ["/gate/v1/claim", "/gate/v1/stream", "/console/", "/gate/v1/../../console"])
def test_only_the_gates_own_requests_are_carried(broker: Broker, api: Api, path: str) -> None:
    broker.uplink.take(api.device.gate.id, REFERENCE, broker.sealed(api.device, path, b"{}"))
    assert broker.ends() == []
    assert broker.api.paths == []


def test_the_device_still_signs(broker: Broker, api: Api, place: Place) -> None:
    """Whoever has the seal and a token, and not the signature over this body, presents nothing."""
    seal, body = broker.seal(api.device), json.dumps(shown(place)).encode()
    headers = api.device.headers("POST", "/gate/v1/presentations", b"another body")
    head = Request(
        REFERENCE.hex(), "POST", "/gate/v1/presentations", "", {n.lower(): v for n, v in headers.items()}
    )
    broker.uplink.take(api.device.gate.id, REFERENCE, seal.close(head, body))
    status, told = broker.answer(api.device)
    assert (status, told["code"]) == (401, "gate.auth")


def test_a_gate_that_was_cut_off_is_not_heard(broker: Broker, api: Api, place: Place) -> None:
    revoke_gate(broker.wired.house, "operator", api.device.gate.id)
    sealed = broker.sealed(api.device, "/gate/v1/token", b"")
    broker.uplink.take(api.device.gate.id, REFERENCE, sealed)
    assert broker.ends() == []
    assert broker.api.paths == []


def test_another_gates_door_is_refused(broker: Broker, api: Api, place: Place) -> None:
    elsewhere = shown(place, access_point_id=place.doors[1].id, at=broker.wired.clock.now())
    status, _ = broker.ask(api.device, "/gate/v1/presentations", elsewhere)
    assert status in (403, 404)


def test_one_gate_that_floods_leaves_room_for_others(broker: Broker, api: Api, place: Place) -> None:
    other = claim_device(broker.wired.house, place.estate.id, place.gate.id, online=False)
    with broker.wired.house.db.transaction():  # each request writes a token, so all wait behind this
        for _ in range(4 * MOST_OF_ONE):
            broker.uplink.take(api.device.gate.id, REFERENCE, broker.sealed(api.device, "/gate/v1/token", b""))
        broker.uplink.take(other.gate.id, REFERENCE, broker.sealed(other, "/gate/v1/token", b""))
    answered = [gate_id for gate_id, _, _ in broker.ends()]
    assert other.gate.id in answered
    assert answered.count(api.device.gate.id) < 4 * MOST_OF_ONE


def test_an_api_that_is_away_is_said_so(wired: TestHouse, api: Api) -> None:
    answers: queue.Queue[tuple[str, bytes, bytes, int]] = queue.Queue()
    uplink = Uplink(wired.house, ApiClient("http://127.0.0.1:1", 1), lambda *said: answers.put(said))
    broker = Broker(uplink, Counting(None), wired)
    uplink.take(api.device.gate.id, REFERENCE, broker.sealed(api.device, "/gate/v1/token", b""))
    sealed = answers.get(timeout=WAIT_SECONDS)[2]
    head, _ = broker.seal(api.device).open(sealed, Answer, MAX_DOWN)
    assert head.status == 503
    uplink.stop()
